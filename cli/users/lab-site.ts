/**
 * How one logs in, shops and asks who one is on the lab's own app: its routes, fields and headers. Everything else in the CLI speaks
 * of operations and answers.
 */
import type { OperationKind } from "../history/events.ts";
import type { Details, Health, Identity, Site, SiteReply, SiteRequest, Understood } from "../subject/site.ts";

export const labSite: Site = {
  offers: ["log-in", "who-am-i", "add-item", "log-out"],
  perform: async (kind, who, browser, details) =>
    understand(kind, await browser.send(requestFor(kind, who, details)), who),
};

const accept = { accept: "application/json" };

/** Asks an app server how it is, and whether it reaches the store that is asked for with it. */
export const healthRequest: SiteRequest = { method: "GET", path: "/healthz", headers: accept };

/** What a reply to that says. */
export function understandHealth(reply: SiteReply): Health {
  if (!reply.answered) return { answers: false, isWell: false, sessions: null, says: reply.reason };
  const { status } = reply;
  const boot = header(reply.headers["x-boot-id"]);
  const isWell = status === 200;
  const { sessions } = (isWell ? parse(reply.body) : {}) as { sessions?: unknown };
  const health: Health = {
    answers: boot !== undefined,
    isWell,
    sessions: typeof sessions === "number" ? sessions : null,
    says: `status ${status}`,
  };
  if (boot !== undefined) health.boot = boot;
  return health;
}

function requestFor(kind: OperationKind, identity: Identity, { item, idleSeconds }: Details = {}): SiteRequest {
  switch (kind) {
    case "who-am-i":
      return { method: "GET", path: "/whoami", headers: accept };
    case "log-in":
      return post("/login", { ...identity, idleSeconds });
    case "add-item":
      return post("/cart", { item });
    case "log-out":
      return post("/logout", {});
  }
}

function post(path: string, body: object): SiteRequest {
  return {
    method: "POST",
    path,
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}

/** What a reply says about the session of `identity`. */
function understand(kind: OperationKind, reply: SiteReply, identity: Identity): Understood {
  const isWrite = kind !== "who-am-i";
  if (!reply.answered)
    return { outcome: reply.sent && isWrite ? "unknown" : "rejected", answer: "none", reason: reply.reason };
  const { status } = reply;
  const server = header(reply.headers["x-app-server"]);
  const boot = header(reply.headers["x-boot-id"]);
  const body = parse(reply.body);
  // One object that gets its fields one by one: spreading objects into each other took a third of the reading of an answer.
  const understood: Understood = { outcome: "rejected", answer: "none", status };
  if (server) understood.server = server;
  if (boot) understood.boot = boot;

  if (status === 503 && server) {
    understood.outcome = isWrite ? "unknown" : "rejected";
    understood.answer = "store-unreachable";
    understood.reason = reasonIn(body, status);
    return understood;
  }
  if ((status !== 200 && status !== 401) || !isSession(body)) {
    understood.outcome = isWrite && (status >= 500 || status === 200) ? "unknown" : "rejected";
    understood.reason = reasonIn(body, status);
    return understood;
  }
  understood.outcome = status === 200 ? "ok" : "rejected";
  if (!body.authenticated) {
    understood.answer = "anonymous";
    return understood;
  }
  const isMe = body.user === identity.user && body.nonce === identity.nonce;
  understood.answer = isMe ? "me" : "someone-else";
  understood.cart = body.cart;
  understood.cartVersion = body.cartVersion;
  if (body.degraded === true) understood.degraded = true;
  return understood;
}

interface SessionBody {
  authenticated: boolean;
  user: string | null;
  nonce: string | null;
  cart: string[];
  cartVersion: number;
  degraded?: boolean;
}

function isSession(body: unknown): body is SessionBody {
  if (typeof body !== "object" || body === null) return false;
  const { authenticated, cart, cartVersion } = body as Partial<SessionBody>;
  return typeof authenticated === "boolean" && Array.isArray(cart) && typeof cartVersion === "number";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonIn(body: unknown, status: number): string {
  const { error, reason } = (body ?? {}) as { error?: unknown; reason?: unknown };
  const said = [error, reason].filter((part) => typeof part === "string").join(": ");
  return said ? `${status} ${said}` : `status ${status}`;
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
