import { gzipSync } from "node:zlib";
import type { PictureEvent } from "../picture/moments.ts";
import { harmless } from "../report/text.ts";

/** Characters that are put together at a time: all of a long run is more than one string can be. */
const pieceLength = 16 * 1024 * 1024;

/** Events as a page carries them: one JSON text a line, gzip, base64. 200,000 requests are 51 MB as JSON, and 3 MB like this. */
export function packEvents(events: readonly PictureEvent[]): string {
  const pieces: Buffer[] = [];
  let lines: string[] = [];
  let length = 0;
  const flush = () => {
    pieces.push(Buffer.from(lines.join("")));
    lines = [];
    length = 0;
  };
  for (const event of events) {
    const line = `${JSON.stringify(harmless(event))}\n`;
    lines.push(line);
    length += line.length;
    if (length > pieceLength) flush();
  }
  flush();
  return gzipSync(Buffer.concat(pieces)).toString("base64");
}
