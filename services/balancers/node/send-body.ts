/** The body of a request on its way through. When it does not move, somebody is slow: this tells who. */
import type { ClientRequest, IncomingMessage } from "node:http";

/** The browser has not finished its request, and is silent. Its own fault: 408 (RFC 9110, 15.5.9). */
export class BrowserSilence extends Error {
  override readonly name = "BrowserSilence";
}

/** Passes the body on as it comes. After `bodyMs` (or up to twice as long) without a byte from the browser `outgoing` ends with BrowserSilence. */
export function sendBody(incoming: IncomingMessage, outgoing: ClientRequest, bodyMs: number): void {
  let cameSince = false;
  incoming.on("data", () => (cameSince = true)).pipe(outgoing);
  const looking = setInterval(() => {
    // Not before what has arrived was read, as in attempt.ts.
    setImmediate(() => {
      if (!cameSince && isBrowsersTurn(outgoing))
        outgoing.destroy(new BrowserSilence(`nothing more of the body came for ${bodyMs} ms`));
      cameSince = false;
    });
  }, bodyMs);
  // Once the answer has begun the body is of no more interest: an app may refuse one before it has read it.
  for (const end of ["response", "close"]) outgoing.once(end, () => clearInterval(looking));
}

/** Whether the app server took all that came, and has to wait for more: while it does, its silence says nothing about it. */
export function isBrowsersTurn(outgoing: ClientRequest): boolean {
  return !outgoing.writableEnded && outgoing.writableLength === 0;
}
