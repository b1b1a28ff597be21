/** One request to one app server, once: whoever knocks at this door wants to know about this server and no other. */
import { type IncomingMessage, type OutgoingHttpHeaders, request, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { answerHeaders } from "./headers.ts";
import type { AppServer } from "./settings.ts";

/** An app server, with the address that its name stood for when the door opened: to look that up for each request takes its time. */
export interface ReachedAt extends AppServer {
  readonly address: string;
}

export interface Timeouts {
  /** A dead server's address does not refuse a connection, it is silent. */
  readonly connectMs: number;
  /** A frozen server accepts the connection and says nothing: the longest silence before and within an answer. */
  readonly readMs: number;
}

export interface Passed {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

class Silence extends Error {}

/** Never rejects: what goes wrong is the answer, 502 or 504, or breaks it off. */
export function passOn(
  { method, path, headers, body }: Passed,
  { address, port }: ReachedAt,
  response: ServerResponse,
  { connectMs, readMs }: Timeouts,
): Promise<void> {
  return new Promise((resolve) => {
    // A connection of its own, as nginx makes them: one that is kept may be dead without having been told so.
    const outgoing = request({ host: address, port, method, path, headers, agent: false });
    // Not before what has arrived was read: this process itself may have been the one that was slow.
    const giveUpUnless = (isOver: () => boolean, what: string) =>
      setImmediate(() => isOver() || outgoing.destroy(new Silence(what)));
    let [connected, answered] = [false, false];
    let waiting = setTimeout(() => giveUpUnless(() => connected, `no connection within ${connectMs} ms`), connectMs);
    outgoing.once("socket", (socket) =>
      socket.once("connect", () => {
        connected = true;
        clearTimeout(waiting);
        waiting = setTimeout(() => giveUpUnless(() => answered, `silent for ${readMs} ms`), readMs);
      }),
    );
    // Who asked may have left.
    response.once("close", () => outgoing.destroy());
    outgoing.once("response", (answer) => {
      answered = true;
      clearTimeout(waiting);
      resolve(answerWith(answer, response, readMs));
    });
    outgoing.on("error", (error) => {
      clearTimeout(waiting);
      if (!answered && !response.destroyed) say(response, error instanceof Silence ? 504 : 502, error.message);
      resolve();
    });
    outgoing.end(body);
  });
}

async function answerWith(answer: IncomingMessage, response: ServerResponse, readMs: number): Promise<void> {
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answerHeaders(answer.headers));
  // Nothing is read from the app server while whoever asked is slower than it: that silence is not the server's.
  answer.setTimeout(readMs, () => {
    if (!response.writableNeedDrain) answer.destroy(new Silence(`silent for ${readMs} ms`));
  });
  // An answer that breaks off must look broken: `pipeline` cuts the connection.
  await pipeline(answer, response).catch(() => {});
}

/** An answer of the door itself. */
export function say(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { "Content-Type": "text/plain" }).end(`${status}: ${reason}\n`);
}
