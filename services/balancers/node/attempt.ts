import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import type { AppServer } from "./app-servers.ts";
import { hasBody, requestHeaders } from "./headers.ts";
import { BrowserSilence, isBrowsersTurn, sendBody } from "./send-body.ts";

export interface Timeouts {
  /** A dead server's address does not refuse a connection, it is silent. */
  readonly connectMs: number;
  /** A frozen server accepts the connection and says nothing: the longest silence before and within an answer. */
  readonly readMs: number;
  /** The longest silence of a browser within the body that it sends. */
  readonly bodyMs: number;
}

/** What became of one request at one app server. */
export type Attempt =
  | { readonly answered: true; readonly answer: IncomingMessage }
  | {
      readonly answered: false;
      readonly fault: "server";
      /** Whether any of it may have reached the server: if not, it can be sent to another, whatever it is. */
      readonly sent: boolean;
      readonly reason: string;
      /** For the browser, if this was the last attempt. */
      readonly status: 502 | 504;
    }
  /** The request is no good, and would be none at another server. */
  | { readonly answered: false; readonly fault: "browser"; readonly reason: string; readonly status: 400 | 408 };

/** A server said nothing for too long. */
export class Silence extends Error {
  override readonly name = "Silence";
}

/**
 * Passes a request on to one app server, until its answer begins. Nothing is read from `incoming` before the connection stands,
 * so that a request which found no server still is whole. Never rejects; when `signal` aborts, the request is dropped.
 */
export async function attempt(
  incoming: IncomingMessage,
  { host, port, agent }: AppServer,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<Attempt> {
  const { method, url: path, headers } = incoming;
  let outgoing: ClientRequest;
  try {
    outgoing = request({ host, port, agent, method, path, headers: requestHeaders(headers), signal });
  } catch (error) {
    // Node writes no request with, say, a space in its path.
    return { answered: false, fault: "browser", reason: (error as Error).message, status: 400 };
  }
  return outcomeOf(outgoing, incoming, timeouts);
}

function outcomeOf(
  outgoing: ClientRequest,
  incoming: IncomingMessage,
  { connectMs, readMs, bodyMs }: Timeouts,
): Promise<Attempt> {
  return new Promise((resolve) => {
    let sent = false;
    let answered = false;
    // Not before what has arrived was read: this process itself may have been the one that was slow.
    const giveUpUnless = (isOver: () => boolean, what: string) =>
      setImmediate(() => isOver() || outgoing.destroy(new Silence(what)));
    const connecting = setTimeout(() => giveUpUnless(() => sent, `no connection within ${connectMs} ms`), connectMs);
    const silent = () => isBrowsersTurn(outgoing) || giveUpUnless(() => answered, `silent for ${readMs} ms`);
    const send = (socket: Socket) => {
      clearTimeout(connecting);
      sent = true;
      // The socket's own event: the request's comes but once, and a body may pause more often.
      socket.setTimeout(readMs).on("timeout", silent);
      for (const end of ["response", "close"]) outgoing.once(end, () => socket.off("timeout", silent));
      if (hasBody(incoming.headers)) sendBody(incoming, outgoing, bodyMs);
      else outgoing.end();
    };

    outgoing.once("socket", (socket) => {
      if (socket.connecting) socket.once("connect", () => send(socket));
      else send(socket);
    });
    outgoing.once("response", (answer) => {
      answered = true;
      resolve({ answered: true, answer });
    });
    // Stays for as long as the request lives: what breaks after the answer began breaks the answer (forward.ts).
    outgoing.on("error", (error) => {
      clearTimeout(connecting);
      if (sent) incoming.unpipe(outgoing).resume();
      const reason = error.message;
      if (error instanceof BrowserSilence) resolve({ answered: false, fault: "browser", reason, status: 408 });
      else resolve({ answered: false, fault: "server", sent, reason, status: error instanceof Silence ? 504 : 502 });
    });
  });
}
