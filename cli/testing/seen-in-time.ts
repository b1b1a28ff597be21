import { lastSeen, type WaitOptions, waitUntil } from "../wait.ts";

/** Waits for what a test needs before it can go on. @throws Error with what was awaited and what was seen instead */
export async function seenInTime<Seen>(what: string, options: WaitOptions<Seen>): Promise<Seen> {
  const waited = await waitUntil(options);
  if (waited.ok) return waited.seen;
  const seen = lastSeen(waited, (last) => `last seen: ${JSON.stringify(last)}`);
  throw new Error(`waited ${waited.waitedMs} ms for ${what}; ${seen}`);
}
