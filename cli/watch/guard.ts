import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Why a request is refused. */
export interface Refusal {
  status: number;
  says: string;
}

export interface Door {
  port: number;
  token: string;
}

/** What may be asked, below the token, and how. */
export type Route = "page" | "script" | "style" | "events" | "act";

const routes: Record<string, { route: Route; method: "GET" | "POST" }> = {
  "": { route: "page", method: "GET" },
  "page.js": { route: "script", method: "GET" },
  "page.css": { route: "style", method: "GET" },
  events: { route: "events", method: "GET" },
  act: { route: "act", method: "POST" },
};

/**
 * Lets in only who was given the address: another site in the same browser may send requests here, but cannot know the token,
 * cannot have our origin, and under a name of its own that leads here (DNS rebinding) has another Host.
 */
export function admit(request: IncomingMessage, { port, token }: Door): { route: Route } | Refusal {
  const { host, origin, "content-type": type } = request.headers;
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) return { status: 421, says: "wrong host" };
  if (origin !== undefined && origin !== `http://${host}`) return { status: 403, says: "wrong origin" };
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return { status: 403, says: "wrong origin" };
  const [, given = "", name, ...more] = (request.url ?? "").split("?")[0]!.split("/");
  if (!isSame(given, token)) return { status: 403, says: "missing or wrong token" };
  const found = name === undefined || more.length > 0 || !Object.hasOwn(routes, name) ? undefined : routes[name];
  if (!found) return { status: 404, says: "there is nothing here" };
  if (request.method !== found.method) return { status: 405, says: `only ${found.method}` };
  // A form of another site sends no JSON; and every browser sends an Origin with POST.
  if (found.method === "POST" && origin === undefined) return { status: 403, says: "missing origin" };
  if (found.method === "POST" && type !== "application/json") return { status: 415, says: "only application/json" };
  return { route: found.route };
}

/** Takes the same time whatever is wrong. */
function isSame(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}
