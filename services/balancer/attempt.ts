import { type IncomingMessage, request } from "node:http";
import type { AppServer } from "./app-servers.ts";
import { hasBody, requestHeaders } from "./headers.ts";

export interface Timeouts {
  /** A dead server's address does not refuse a connection, it is silent. */
  readonly connectMs: number;
  /** A frozen server accepts the connection and says nothing: the longest silence before and within an answer. */
  readonly readMs: number;
}

/** What became of one request at one app server. */
export type Attempt =
  | { readonly answered: true; readonly answer: IncomingMessage }
  | {
      readonly answered: false;
      /** Whether any of it may have reached the server: if not, it can be sent to another, whatever it is. */
      readonly sent: boolean;
      readonly reason: string;
      /** For the browser, if this was the last attempt. */
      readonly status: 502 | 504;
    };

/** A server said nothing for too long. */
export class Silence extends Error {
  override readonly name = "Silence";
}

/**
 * Passes a request on to one app server, until its answer begins. Nothing is read from `incoming` before the connection stands,
 * so that a request which found no server still is whole. Never rejects; when `signal` aborts, the request is dropped.
 */
export function attempt(
  incoming: IncomingMessage,
  { host, port, agent }: AppServer,
  { connectMs, readMs }: Timeouts,
  signal: AbortSignal,
): Promise<Attempt> {
  const { method, url: path, headers } = incoming;
  return new Promise((resolve) => {
    const outgoing = request({ host, port, agent, method, path, headers: requestHeaders(headers), signal });
    let sent = false;
    let answered = false;
    // Not before what has arrived was read: this process itself may have been the one that was slow.
    const giveUpUnless = (isOver: () => boolean, what: string) =>
      setImmediate(() => isOver() || outgoing.destroy(new Silence(what)));
    const connecting = setTimeout(() => giveUpUnless(() => sent, `no connection within ${connectMs} ms`), connectMs);
    const silent = () => giveUpUnless(() => answered, `silent for ${readMs} ms`);
    const send = () => {
      clearTimeout(connecting);
      sent = true;
      outgoing.setTimeout(readMs).on("timeout", silent);
      if (hasBody(headers)) incoming.pipe(outgoing);
      else outgoing.end();
    };

    outgoing.once("socket", (socket) => {
      if (socket.connecting) socket.once("connect", send);
      else send();
    });
    outgoing.once("response", (answer) => {
      outgoing.off("timeout", silent);
      answered = true;
      resolve({ answered: true, answer });
    });
    // Stays for as long as the request lives: what breaks after the answer began breaks the answer (forward.ts).
    outgoing.on("error", (error) => {
      clearTimeout(connecting);
      if (sent) incoming.unpipe(outgoing).resume();
      resolve({ answered: false, sent, reason: error.message, status: error instanceof Silence ? 504 : 502 });
    });
  });
}
