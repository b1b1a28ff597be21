import { setTimeout as delay } from "node:timers/promises";

/** What a busy machine may make of a fraction of a second. For limits in tests: what they guard against takes far longer, or for ever. */
export const SOON_MS = 5_000;

/**
 * Waits until `condition` holds. A condition that is still being looked at when the time is over is left to itself, and what comes of
 * it later is of no interest; its signal tells it so.
 *
 * @returns how many ms it took
 * @throws Error after `deadlineMs`, whatever the look does, telling the last thing seen
 */
export async function waitUntil(
  what: string,
  condition: (signal: AbortSignal) => unknown,
  { deadlineMs = 20_000, everyMs = 20 } = {},
): Promise<number> {
  const startedMs = performance.now();
  const end = new AbortController();
  const over = new Promise<typeof end>((resolve) => end.signal.addEventListener("abort", () => resolve(end)));
  const timer = setTimeout(() => end.abort(), deadlineMs);
  let seen: unknown = "nothing, no look came to an end";
  try {
    while (!end.signal.aborted) {
      const found = await Promise.race([look(condition, end.signal), over]);
      if (found === end) break;
      seen = found;
      if (seen && !(seen instanceof Error)) return performance.now() - startedMs;
      await delay(everyMs, undefined, { signal: end.signal }).catch(() => {});
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`waited ${deadlineMs} ms for ${what}; last seen: ${seen}`, { cause: seen });
}

/** What it says, or throws. */
async function look(condition: (signal: AbortSignal) => unknown, signal: AbortSignal): Promise<unknown> {
  try {
    return await condition(signal);
  } catch (error) {
    return error;
  }
}
