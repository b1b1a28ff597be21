import { setTimeout as delay } from "node:timers/promises";

/** What a busy machine may make of a fraction of a second. For limits in tests: what they guard against takes far longer, or for ever. */
export const SOON_MS = 5_000;

/** Resolves to how many ms it took until `condition` held; throws after `deadlineMs`, telling the last thing seen. */
export async function waitUntil(
  what: string,
  condition: () => unknown,
  { deadlineMs = 20_000, everyMs = 20 } = {},
): Promise<number> {
  const startedMs = performance.now();
  let seen: unknown;
  for (;;) {
    try {
      seen = await condition();
    } catch (error) {
      seen = error;
    }
    const tookMs = performance.now() - startedMs;
    if (seen && !(seen instanceof Error)) return tookMs;
    if (tookMs > deadlineMs)
      throw new Error(`waited ${deadlineMs} ms for ${what}; last seen: ${seen}`, { cause: seen });
    await delay(everyMs);
  }
}
