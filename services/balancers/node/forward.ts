/** The way of one request: app servers are tried in order until one answers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { cookieFor, placeIn } from "./affinity-cookie.ts";
import type { AppServer, AppServers } from "./app-servers.ts";
import { attempt, Silence, type Timeouts } from "./attempt.ts";
import { answerHeaders, hasBody, misdeclared } from "./headers.ts";

/** Doing these twice is as good as once (RFC 9110, 9.2.2). */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/**
 * A request that reached no server, and an idempotent one without a body, goes on to the next app server when one fails: the
 * browser does not notice. A POST that was already sent does not: it may have been carried out.
 */
export async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  appServers: AppServers,
  timeouts: Timeouts,
): Promise<void> {
  const named = misdeclared(incoming.headers);
  if (named !== undefined)
    return refuse(
      response,
      400,
      `Connection names ${named}, which is meant for every server on the way; nothing was passed on`,
    );
  const wanted = placeIn(incoming.headers.cookie, appServers.all.length);
  const browserLeft = new AbortController();
  response.once("close", () => browserLeft.abort());

  let status: 502 | 504 = 502;
  for (const server of appServers.inOrder(wanted)) {
    const result = await attempt(incoming, server, timeouts, browserLeft.signal);
    if (browserLeft.signal.aborted) return;
    if (result.answered) {
      const newHome = server.place === wanted ? undefined : server;
      return passOn(result.answer, response, { newHome, longestSilenceMs: timeouts.readMs });
    }
    if (result.fault === "browser") return refuse(response, result.status, result.reason);
    appServers.markDown(server, result.reason);
    status = result.status;
    if (result.sent && !mayBeRepeated(incoming)) break;
  }
  response.writeHead(status, { "Content-Type": "text/plain" }).end(`${status}: no app server answered\n`);
}

/** What may still come on this connection is of no use: it ends. */
function refuse(response: ServerResponse, status: 400 | 408, reason: string): void {
  response.writeHead(status, { "Content-Type": "text/plain", Connection: "close" }).end(`${status}: ${reason}\n`);
}

function mayBeRepeated({ method, headers }: IncomingMessage): boolean {
  return IDEMPOTENT.has(method ?? "") && !hasBody(headers);
}

interface PassOnOptions {
  /** The app server to which the browser's cookie does not lead yet. */
  newHome: AppServer | undefined;
  longestSilenceMs: number;
}

async function passOn(
  answer: IncomingMessage,
  response: ServerResponse,
  { newHome, longestSilenceMs }: PassOnOptions,
): Promise<void> {
  const { statusCode = 502, statusMessage, headers } = answer;
  const cookie = newHome === undefined ? undefined : cookieFor(newHome.place);
  response.writeHead(statusCode, statusMessage, answerHeaders(headers, cookie));
  // Nothing is read from the app server while the browser is slower than it: that silence is not the server's.
  answer.setTimeout(longestSilenceMs, () => {
    if (!response.writableNeedDrain) answer.destroy(new Silence(`silent for ${longestSilenceMs} ms`));
  });
  // An answer that breaks off must look broken to the browser, too: `pipeline` cuts its connection, and nothing else can be done.
  await pipeline(answer, response).catch(() => {});
}
