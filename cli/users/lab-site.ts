import type { Answer, OperationKind, Outcome } from "../history/events.ts";
import type { HttpReply } from "./transport.ts";

/**
 * How one logs in, shops and asks who one is on the site under test: its routes and fields. Everything else in the lab speaks
 * of operations and answers.
 */

/** Who a virtual user is; the nonce is what nobody else can know. */
export interface Identity {
  user: string;
  nonce: string;
}

/** The HTTP side of an operation. */
export interface SiteRequest {
  method: "GET" | "POST";
  path: string;
  body?: string;
}

/** The HTTP answer, understood. */
export interface Understood {
  outcome: Outcome;
  answer: Answer;
  server?: string;
  boot?: string;
  cart?: string[];
  cartVersion?: number;
  status?: number;
  reason?: string;
  degraded?: true;
}

/** What an operation has to say besides who one is. */
export interface Details {
  /** Id of the item to add, for `add-item`. */
  item?: string | undefined;
  /** For `log-in`: end the session when it was not used for so long. */
  idleSeconds?: number | undefined;
}

export function requestFor(kind: OperationKind, identity: Identity, { item, idleSeconds }: Details = {}): SiteRequest {
  switch (kind) {
    case "who-am-i":
      return { method: "GET", path: "/whoami" };
    case "log-in":
      return { method: "POST", path: "/login", body: JSON.stringify({ ...identity, idleSeconds }) };
    case "add-item":
      return { method: "POST", path: "/cart", body: JSON.stringify({ item }) };
    case "log-out":
      return { method: "POST", path: "/logout", body: "{}" };
  }
}

/** What a reply says about the session of `identity`. */
export function understand(kind: OperationKind, reply: HttpReply, identity: Identity): Understood {
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
