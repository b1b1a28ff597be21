/** A running balancer: its port listening, its app servers under observation. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { AppServers } from "./app-servers.ts";
import type { Timeouts } from "./attempt.ts";
import { forward } from "./forward.ts";
import { checkHealth } from "./health-checks.ts";
import { secretCheck } from "./only-from-nginx.ts";
import type { Settings } from "./settings.ts";

/** Longer than nginx keeps an idle upstream connection (`keepalive_timeout`, 60 s): so nginx closes first, never under a request. */
const KEEP_ALIVE_MS = 75_000;
/**
 * As nginx waits: proxy_connect_timeout and proxy_read_timeout in nginx/nginx.conf, and client_body_timeout, which is a minute unless
 * told. (nginx reads the whole body first, `proxy_request_buffering`: a slow browser never reaches who is behind it.)
 */
const TIMEOUTS: Timeouts = { connectMs: 200, readMs: 2_000, bodyMs: 60_000 };
const HEALTH_CHECK_EVERY_MS = 500;
/** How long requests under way at SIGTERM may take: shorter than Compose's patience (`stop_grace_period`, 5 s). */
export const CLOSING_GRACE_MS = 4_000;

export interface BalancerOptions extends Settings {
  /** Where to listen; all addresses unless told. */
  readonly host?: string;
  readonly log: (line: string) => void;
  readonly timeouts?: Timeouts;
  readonly healthCheckEveryMs?: number;
  readonly closingGraceMs?: number;
}

export interface RunningBalancer {
  readonly port: number;
  /** Goes by another list of app servers from now on; requests under way end where they are. */
  change(appServers: Settings["appServers"]): void;
  /** Takes no new connections, and ends when the requests under way are answered, or too slow. */
  close(): Promise<void>;
}

/** Throws when the port is taken. App servers that do not answer are no reason not to start. */
export async function startBalancer({
  appServers: addresses,
  balancerSecret,
  port,
  host,
  log,
  timeouts = TIMEOUTS,
  healthCheckEveryMs = HEALTH_CHECK_EVERY_MS,
  closingGraceMs = CLOSING_GRACE_MS,
}: BalancerOptions): Promise<RunningBalancer> {
  const appServers = new AppServers(addresses, log);
  const closing = new AbortController();
  const isFromNginx = secretCheck(balancerSecret);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, response) => {
    // When the balancer ends, so does each connection as soon as its request is answered.
    response.once("close", () => closing.signal.aborted && server.closeIdleConnections());
    if (incoming.url === "/balancer-healthz") return showHealth(response, appServers);
    if (!isFromNginx(incoming)) return sendAway(response);
    forward(incoming, response, appServers, timeouts).catch((error: Error) => {
      log(`${incoming.method} ${incoming.url}: ${error.stack}`);
      response.destroy();
    });
  });
  await listen(server, port, host);
  const checks = { everyMs: healthCheckEveryMs, timeouts, signal: closing.signal };
  checkHealth(appServers, checks);

  return {
    port: (server.address() as AddressInfo).port,
    change(next) {
      checkHealth(appServers, checks, appServers.change(next));
    },
    async close() {
      closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.race([closed, delay(closingGraceMs, undefined, { ref: false })]);
      server.closeAllConnections();
      appServers.close();
    },
  };
}

/** The balancer itself is well as long as it answers; how the app servers are is told in passing. */
function showHealth(response: ServerResponse, { all }: AppServers): void {
  const appServers = Object.fromEntries(all.map(({ host, port, isUp }) => [`${host}:${port}`, isUp ? "up" : "down"]));
  response.writeHead(200, { "Content-Type": "application/json" }).end(`${JSON.stringify({ appServers })}\n`);
}

function sendAway(response: ServerResponse): void {
  response.writeHead(403, { "Content-Type": "text/plain" }).end("403: the balancer answers only nginx: ask nginx\n");
}

function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
}
