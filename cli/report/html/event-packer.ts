import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { harmlessLine } from "../text.ts";

/** Characters that are compressed at a time: a call for each event would take longer than its compression. */
const pieceLength = 64 * 1024;

/**
 * Packs events for a page: one JSON text a line, gzip, base64. `unpackEvents` (cli/report/page/unpack-events.ts) reads them. Other threads
 * compress meanwhile.
 */
export class EventPacker<Event extends object> {
  readonly #gzip = createGzip();
  readonly #compressed = buffer(this.#gzip);
  #lines = "";

  add(event: Event): void {
    this.#lines += `${harmlessLine(event)}\n`;
    if (this.#lines.length < pieceLength) return;
    this.#gzip.write(this.#lines);
    this.#lines = "";
  }

  /** All that was added. Nothing can be added any more. */
  async packed(): Promise<string> {
    this.#gzip.end(this.#lines);
    return (await this.#compressed).toString("base64");
  }
}
