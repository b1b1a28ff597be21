/** The way to one single app server, past every balancer: http://<app server>.<store>.localhost/ */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { askedFor, whyRefused } from "./asked-for.ts";
import { requestHeaders } from "./headers.ts";
import { passOn, type ReachedAt, say, type Timeouts } from "./pass-on.ts";
import type { Settings } from "./settings.ts";

/** As nginx waits for an app server that is asked by its own name (nginx/nginx.conf). */
const TIMEOUTS: Timeouts = { connectMs: 200, readMs: 1_000 };
/** An app server takes 16 KiB. */
const LONGEST_BODY_BYTES = 64 * 1_024;
/** How long a request may take to come in. */
const REQUEST_MS = 10_000;
/** How long requests under way at SIGTERM may take: shorter than Compose's patience (`stop_grace_period`, 5 s). */
const CLOSING_GRACE_MS = 4_000;

export interface DoorOptions extends Settings {
  readonly appServers: readonly ReachedAt[];
  /** Where to listen; all addresses unless told. */
  readonly host?: string;
  readonly timeouts?: Timeouts;
  readonly requestMs?: number;
}

export interface RunningDoor {
  readonly port: number;
  /** Takes no new connections, and ends when the requests under way are answered, or too slow. */
  close(): Promise<void>;
}

/** Throws when the port is taken. */
export async function openDoor({
  appServers,
  balancerSecret,
  port,
  host,
  timeouts = TIMEOUTS,
  requestMs = REQUEST_MS,
}: DoorOptions): Promise<RunningDoor> {
  const patience = {
    requestTimeout: requestMs,
    headersTimeout: requestMs,
    connectionsCheckingInterval: requestMs / 10,
  };
  const server = createServer({ ...patience, keepAliveTimeout: 75_000 }, (incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url, headers, socket } = incoming;
    const asked = askedFor(headers.host, appServers);
    if (!asked) {
      if (url === "/door-healthz") return say(response, 200, "the door is open");
      const names = appServers.map(({ name }) => name).join(", ");
      return turnAway(response, 404, `ask for <app server>.<store>.localhost; the app servers are ${names}`);
    }
    const refusal = whyRefused(incoming);
    if (refusal) return turnAway(response, refusal.status, `${refusal.reason}; nothing was passed on`);
    // The whole of it before anybody is asked: how slowly it comes is not the app server's fault.
    const body = await bodyOf(incoming);
    if (body === undefined) return turnAway(response, 413, `more than ${LONGEST_BODY_BYTES} bytes`);
    const hasBody = headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
    const said = { store: asked.store, balancerSecret, address: socket.remoteAddress ?? "" };
    const passed = requestHeaders(headers, { ...said, bodyLength: hasBody ? body.length : undefined });
    await passOn({ method, path: url, headers: passed, body }, asked.appServer, response, timeouts);
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.race([closed, delay(CLOSING_GRACE_MS, undefined, { ref: false })]);
      server.closeAllConnections();
    },
  };
}

/** Undefined when it is too long. Rejects when whoever sends it leaves. */
async function bodyOf(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST_BODY_BYTES) return undefined;
  }
  return Buffer.concat(chunks);
}

/** What may still come on this connection is of no use: it ends. */
function turnAway(response: ServerResponse, status: number, reason: string): void {
  response.shouldKeepAlive = false;
  say(response, status, reason);
}
