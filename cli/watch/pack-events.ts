import { gzipSync } from "node:zlib";
import type { PictureEvent } from "../picture/moments.ts";
import { harmless } from "../report/text.ts";

/** Events as a page carries them: one JSON text a line, gzip, base64. 200,000 requests are 51 MB as JSON, and 3 MB like this. */
export function packEvents(events: readonly PictureEvent[]): string {
  const lines = events.map((event) => JSON.stringify(harmless(event)));
  return gzipSync(lines.join("\n")).toString("base64");
}
