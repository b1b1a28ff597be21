import { setTimeout as sleep } from "node:timers/promises";

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
 * Does something again and again until it is done. Unlike a look (`waitUntil` in cli/wait.ts) an action is never left half-way: what
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
