import type { IncomingMessage, ServerResponse } from "node:http";
import { createSession } from "better-sse";
import type { Feed } from "./feed.ts";
import type { LiveBatch } from "./page-data.ts";

const batchEveryMs = 80;
/** A page that has not read what it was sent for so long is asleep or stopped; its browser asks again when it goes on. */
export const patienceMs = 30_000;

/**
 * Sends what a feed tells to one page (server-sent events, HTML standard 9.2), as fast as that reads: what comes meanwhile stays in
 * the feed, which bounds it.
 *
 * @param open gets what ends it in good order (the page is told that there will be no more), as long as the page is there
 */
export async function streamFeed(
  request: IncomingMessage,
  response: ServerResponse,
  { feed, open }: { feed: Feed; open: Set<() => void> },
): Promise<void> {
  const session = await createSession(request, response, { headers: { "cache-control": "no-store" } });
  const reader = feed.open();
  let waitedMs = 0;
  const push = () => {
    const batch: LiveBatch = { now: feed.now(), events: reader.read() };
    session.push(batch);
  };
  const timer = setInterval(() => {
    waitedMs = response.writableNeedDrain ? waitedMs + batchEveryMs : 0;
    if (waitedMs === 0) push();
    else if (waitedMs >= patienceMs) response.destroy();
  }, batchEveryMs);
  const close = () => {
    clearInterval(timer);
    reader.close();
    open.delete(end);
  };
  const end = () => {
    if (!response.writableNeedDrain) push();
    close();
    session.push(null, "over");
    response.end();
  };
  open.add(end);
  response.once("close", close);
  if (response.destroyed) close();
  else push();
}
