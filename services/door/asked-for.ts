/** Whom a request is for, and whether it may come in: both are said by its headers. */
import type { IncomingMessage } from "node:http";
import type { ReachedAt } from "./pass-on.ts";

export interface AskedFor {
  readonly appServer: ReachedAt;
  readonly store: string;
}

/** The app server and the session store of a host name `<app server>.<store>.localhost`; undefined for any other name. */
export function askedFor(host: string | undefined, appServers: readonly ReachedAt[]): AskedFor | undefined {
  const [, name, store] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.localhost(?::\d{1,5})?$/.exec(host?.toLowerCase() ?? "") ?? [];
  const appServer = appServers.find((server) => server.name === name);
  return appServer && store !== undefined ? { appServer, store } : undefined;
}

export interface Refusal {
  readonly status: 400 | 403;
  readonly reason: string;
}

/** Why a request is not passed on; undefined when it may be. */
export function whyRefused({ headers, rawHeaders, url = "" }: IncomingMessage): Refusal | undefined {
  // Of two names one server would go by the first, and another by the second. (RFC 9112, 3.2)
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  if (hosts.length !== 1) return { status: 400, reason: `${hosts.length} Host headers` };
  if (!url.startsWith("/")) return { status: 400, reason: "a request target that is no path" };
  // It may name headers that the next server is not to see: the length of the body, for one, which would then be a request of its own.
  const connection = headers.connection ?? "close";
  if (!/^(close|keep-alive)$/i.test(connection)) return { status: 400, reason: `Connection: ${connection}` };
  if (isOfForeignPage(headers)) return { status: 403, reason: "a page of another site made this request" };
  return undefined;
}

/** Browsers say where a request comes from, and no page can make them say something else: see nginx/foreign-pages.conf. */
function isOfForeignPage({ host, origin, "sec-fetch-site": site }: IncomingMessage["headers"]): boolean {
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  return origin !== undefined && origin !== `http://${host}`;
}
