import { closeSync, openSync, writeSync } from "node:fs";
import { longestText } from "./bounds.ts";
import type { HistoryEvent } from "./events.ts";

/** How much is gathered before it is written: one system call per operation would be felt at thousands of operations a second. */
const bufferBytes = 64 * 1024;

/** What the rest of the lab sees of a recorder. */
export interface Recorder {
  /** Milliseconds since the run began. */
  now(): number;
  /** Writes the event down. Faults are on disk when this returns; operations when the buffer is full or at `close`. */
  record(event: HistoryEvent): void;
}

/** The only writer of a history: one JSON object a line, appended, never changed. */
export class FileRecorder implements Recorder {
  readonly #file: number;
  readonly #startedAt = performance.now();
  readonly #onEvent: (event: HistoryEvent) => void;
  #lines: string[] = [];
  #bytes = 0;

  /** @param onEvent told of each event as well, e.g. to show it */
  constructor(path: string, onEvent: (event: HistoryEvent) => void = () => {}) {
    this.#onEvent = onEvent;
    this.#file = openSync(path, "ax", 0o600);
  }

  now(): number {
    return Math.round((performance.now() - this.#startedAt) * 10) / 10;
  }

  record(event: HistoryEvent): void {
    const line = `${lineOf(event)}\n`;
    this.#lines.push(line);
    this.#bytes += line.length;
    if (event.type !== "operation" || this.#bytes >= bufferBytes) this.#flush();
    this.#onEvent(event);
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    if (this.#lines.length === 0) return;
    const block = Buffer.from(this.#lines.join(""));
    for (let written = 0; written < block.length; ) written += writeSync(this.#file, block, written);
    this.#lines = [];
    this.#bytes = 0;
  }
}

/** Texts of other programs, e.g. their errors, may be longer than a reader takes. */
function lineOf(event: HistoryEvent): string {
  const line = JSON.stringify(event);
  return line.length <= longestText ? line : JSON.stringify(event, (_, value: unknown) => cut(value));
}

function cut(value: unknown): unknown {
  return typeof value === "string" && value.length > longestText ? `${value.slice(0, longestText - 1)}…` : value;
}
