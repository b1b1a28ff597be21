import { setTimeout as sleep } from "node:timers/promises";

export interface WaitOptions<Seen> {
  /** Looks once. */
  look: () => Promise<Seen>;
  /** Is this what was awaited? */
  until: (seen: Seen) => boolean;
  deadlineMs: number;
  /** Pause between looks. */
  everyMs?: number;
  signal?: AbortSignal;
}

/**
 * Waits for a condition, never for time.
 *
 * @returns whether it came true, the last thing seen and how long it took: the caller says what was awaited
 */
export async function waitUntil<Seen>({
  look,
  until,
  deadlineMs,
  everyMs = 50,
  signal,
}: WaitOptions<Seen>): Promise<{ ok: boolean; seen: Seen; waitedMs: number }> {
  const begin = performance.now();
  for (;;) {
    const seen = await look();
    const waitedMs = Math.round(performance.now() - begin);
    if (until(seen)) return { ok: true, seen, waitedMs };
    if (waitedMs >= deadlineMs || signal?.aborted) return { ok: false, seen, waitedMs };
    await sleep(everyMs);
  }
}
