import { setTimeout as sleep } from "node:timers/promises";

export interface WaitOptions<Seen> {
  /** Looks once. May end early when its signal says that nobody waits for the answer any more. */
  look: (signal: AbortSignal) => Promise<Seen>;
  /** Is this what was awaited? */
  until: (seen: Seen) => boolean;
  deadlineMs: number;
  /** Pause between looks. */
  everyMs?: number;
  signal?: AbortSignal;
}

/** `seen` is the last thing seen; in vain also undefined, when no look came to an end. */
export type Waited<Seen> =
  | { ok: true; seen: Seen; waitedMs: number }
  | { ok: false; seen: Seen | undefined; waitedMs: number };

/**
 * Waits for a condition, never for time; ends at the deadline, or when the caller's signal says so, whatever a look does meanwhile.
 * A look that is under way then is left to itself, so it must change nothing: what acts goes through `actUntil`.
 *
 * @returns whether it came true, the last thing seen and how long it took: the caller says what was awaited
 * @throws what a look throws in time; what it throws later is of no interest to anybody
 */
export async function waitUntil<Seen>(options: WaitOptions<Seen>): Promise<Waited<Seen>> {
  const { look, until, deadlineMs, everyMs = 50, signal } = options;
  const begin = performance.now();
  const waitedMs = () => Math.round(performance.now() - begin);
  const end = new AbortController();
  const over = new Promise<typeof end>((resolve) => end.signal.addEventListener("abort", () => resolve(end)));
  const stop = () => end.abort();
  const timer = setTimeout(stop, deadlineMs);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  let seen: Seen | undefined;
  try {
    while (!end.signal.aborted) {
      const found = await Promise.race([look(end.signal), over]);
      if (found === end) break;
      seen = found as Seen;
      if (until(seen)) return { ok: true, seen, waitedMs: waitedMs() };
      await sleep(everyMs, undefined, { signal: end.signal }).catch(() => {});
    }
    return { ok: false, seen, waitedMs: waitedMs() };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** For the message about a wait in vain: the last thing seen, in words, or that nothing was. */
export function lastSeen<Seen>({ seen, waitedMs }: Waited<Seen>, say: (seen: Seen) => string = String): string {
  return seen === undefined ? `no look came to an end within ${(waitedMs / 1_000).toFixed(1)} s` : say(seen);
}

export interface ActOptions<Seen> {
  /** Does it once, then looks. Has to end by itself, e.g. by the engine's own deadline (`answerDeadlineMs` in cli/docker/docker-api.ts). */
  act: () => Promise<Seen>;
  /** Is it done? */
  until: (seen: Seen) => boolean;
  /** After it there is one more try. */
  deadlineMs: number;
  /** Pause between tries. */
  everyMs?: number;
}

/**
 * Does something again and again until it is done. Unlike a look (`waitUntil`) an action is never left half-way: what
 * is said would not be what there is, and it would go on behind the back of whoever comes next. So the deadline is asked between the
 * tries only. "Not done" is said after a try that began past the deadline: never because one took long.
 *
 * @returns whether it was done, and what was seen after the last try
 */
export async function actUntil<Seen>(options: ActOptions<Seen>): Promise<{ ok: boolean; seen: Seen }> {
  const { act, until, deadlineMs, everyMs = 50 } = options;
  const begin = performance.now();
  for (;;) {
    const isLast = performance.now() - begin >= deadlineMs;
    const seen = await act();
    if (until(seen)) return { ok: true, seen };
    if (isLast) return { ok: false, seen };
    await sleep(everyMs);
  }
}
