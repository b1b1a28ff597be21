import type { Answer, Jar, OperationEvent, OperationKind } from "../../history/events.ts";

/**
 * Operations in a few bytes each, so that 200,000 of them fit into a page: 200 KB of text would be 40 MB as JSON. Written by Node, read by
 * the browser; knows neither.
 *
 * One operation: when (difference to the one before, zigzag, ms), how long (ms), one byte of kind, answer, jar and connection, one
 * byte of server and whether a reason follows, and the number of the reason. Numbers are little-endian base 128.
 */

/** What a page knows of one operation. */
export interface PageOperation {
  /** Milliseconds of the run, whole. */
  at: number;
  ms: number;
  kind: OperationKind;
  answer: Answer;
  jar: Jar;
  connection: OperationEvent["connection"];
  /** Number in the run's list of app servers, or -1. */
  server: number;
  /** Number in the page's list of reasons, or -1. */
  reason: number;
}

const kinds: readonly OperationKind[] = ["log-in", "add-item", "who-am-i", "log-out"];
const answers: readonly Answer[] = ["me", "someone-else", "anonymous", "store-unreachable", "none"];
const jars: readonly Jar[] = ["live", "pinned", "home"];

/** The operations of one session, byte by byte. */
export class OperationWriter {
  readonly bytes: number[] = [];
  #before = 0;

  write({ at, ms, kind, answer, jar, connection, server, reason }: PageOperation): void {
    const difference = Math.round(at) - this.#before;
    this.#before += difference;
    this.#number(difference >= 0 ? difference * 2 : -difference * 2 - 1);
    this.#number(Math.max(0, Math.round(ms)));
    this.bytes.push(
      kinds.indexOf(kind) |
        (answers.indexOf(answer) << 2) |
        (jars.indexOf(jar) << 5) |
        (connection === "fresh" ? 128 : 0),
    );
    this.#number((server + 1) * 2 + (reason < 0 ? 0 : 1));
    if (reason >= 0) this.#number(reason);
  }

  #number(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.bytes.push(rest);
  }
}

/** Reads what an `OperationWriter` wrote. */
export function readOperations(bytes: Uint8Array): PageOperation[] {
  const operations: PageOperation[] = [];
  let position = 0;
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[position++] ?? 0;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  while (position < bytes.length) {
    const zigzag = number();
    at += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    const ms = number();
    const flags = bytes[position++] ?? 0;
    const where = number();
    operations.push({
      at,
      ms,
      kind: kinds[flags & 3]!,
      answer: answers[(flags >> 2) & 7] ?? "none",
      jar: jars[(flags >> 5) & 3] ?? "live",
      connection: flags & 128 ? "fresh" : "kept",
      server: Math.floor(where / 2) - 1,
      reason: where % 2 === 1 ? number() : -1,
    });
  }
  return operations;
}
