import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { CodeForOnce } from "./code-for-once.ts";

/** Why a request is refused. */
export interface Refusal {
  status: number;
  says: string;
}

export interface PageAddress {
  port: number;
  /** First part of every path. */
  token: string;
  /** Second part of the path `/once/CODE`, which leads to the page. */
  code: CodeForOnce | undefined;
}

/** What may be asked: to be led to the page; and, below the token, all else. */
export type Route = "lead" | "page" | "script" | "style" | "events" | "act";

const once = "once";

const routes: Record<string, { route: Exclude<Route, "lead">; method: "GET" | "POST" }> = {
  "": { route: "page", method: "GET" },
  "page.js": { route: "script", method: "GET" },
  "page.css": { route: "style", method: "GET" },
  events: { route: "events", method: "GET" },
  act: { route: "act", method: "POST" },
};

/** Where a code leads to the page. */
export function pathForOnce({ text }: CodeForOnce): string {
  return `/${once}/${text}`;
}

/**
 * Lets in only who was given the address: another site in the same browser may send requests here, but cannot know the token,
 * cannot have our origin, and under a name of its own that leads here (DNS rebinding) has another Host.
 */
export function admit(request: IncomingMessage, { port, token, code }: PageAddress): { route: Route } | Refusal {
  const { host, origin, "content-type": type } = request.headers;
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) return { status: 421, says: "wrong host" };
  if (origin !== undefined && origin !== `http://${host}`) return { status: 403, says: "wrong origin" };
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return { status: 403, says: "wrong origin" };
  const [, given = "", name, ...more] = (request.url ?? "").split("?")[0]!.split("/");
  if (code && given === once && isSame(name ?? "", code.text) && more.length === 0) return leadOnce(request, code);
  if (!isSame(given, token)) return { status: 403, says: "missing or wrong token" };
  const found = name === undefined || more.length > 0 || !Object.hasOwn(routes, name) ? undefined : routes[name];
  if (!found) return { status: 404, says: "there is nothing here" };
  if (request.method !== found.method) return { status: 405, says: `only ${found.method}` };
  // A form of another site sends no JSON; and every browser sends an Origin with POST.
  if (found.method === "POST" && origin === undefined) return { status: 403, says: "missing origin" };
  if (found.method === "POST" && type !== "application/json") return { status: 415, says: "only application/json" };
  return { route: found.route };
}

function leadOnce({ method }: IncomingMessage, code: CodeForOnce): { route: Route } | Refusal {
  if (method !== "GET") return { status: 405, says: "only GET" };
  const taken = code.take();
  return taken === "good" ? { route: "lead" } : { status: 410, says: notAgain[taken] };
}

const other = "The lab command has printed an address in the terminal that is good until it ends.";
const notAgain = {
  used: `This address was good once, and has been used already. If the page is open in your browser, all is well. If it is not, another user of this machine may have read the address from the list of processes and may see and press what you would: end the lab command with Ctrl-C and start it again with --no-open. ${other}`,
  late: `This address was good for a short while, which is over. ${other}`,
};

/** Takes the same time whatever is wrong. */
function isSame(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}
