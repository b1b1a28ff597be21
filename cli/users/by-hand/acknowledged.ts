import type { OperationEvent } from "../../history/events.ts";

/** What the site has told a browser that it did: what somebody who drives it may rely on. */
export interface Acknowledged {
  /** `unknown`: the last login or logout was sent, and no answer says whether it was carried out. */
  session: "never" | "logged-in" | "logged-out" | "unknown";
  /** Ids of the items that were acknowledged since the login. */
  cart: string[];
  cartVersion: number;
  /** Where the session began, and in which life of that app server. */
  home: { server: string; boot: string } | null;
}

export const nothingAcknowledged: Acknowledged = { session: "never", cart: [], cartVersion: 0, home: null };

/** What is acknowledged after an operation. A loss changes nothing: what was promised stays promised. */
export function learn(before: Acknowledged, event: OperationEvent): Acknowledged {
  const { kind, outcome, answer, server, boot, cartVersion = 0 } = event;
  if (kind === "log-in" && outcome === "ok" && answer === "me")
    return { session: "logged-in", cart: [], cartVersion, home: server && boot ? { server, boot } : null };
  if (kind === "log-out" && outcome === "ok") return { ...nothingAcknowledged, session: "logged-out" };
  if ((kind === "log-in" || kind === "log-out") && outcome === "unknown")
    return { ...nothingAcknowledged, session: "unknown" };
  if (kind === "add-item" && outcome === "ok" && answer === "me" && event.item !== undefined)
    return { ...before, session: "logged-in", cart: [...before.cart, event.item], cartVersion };
  return before;
}

/** How an answer compares with what was acknowledged. */
export interface Judgement {
  /** Null where the answer says nothing about the session, or nothing can be expected of it. */
  asItShouldBe: boolean | null;
  says: string;
}

export interface JudgedBy {
  user: string;
  /** Where the store keeps its sessions. */
  livesIn: "app-server" | "server" | "browser";
}

/**
 * Whether an answer is what it should be, in a sentence.
 *
 * @param before what was acknowledged before the operation
 */
export function compare(before: Acknowledged, event: OperationEvent, { user, livesIn }: JudgedBy): Judgement {
  switch (event.answer) {
    case "none":
    case "store-unreachable":
      return { asItShouldBe: null, says: sayNoAnswer(event) };
    case "someone-else":
      return {
        asItShouldBe: false,
        says: `CROSSED: ${who(event)} shows the session of somebody else, or of another login`,
      };
    case "anonymous":
      return compareAnonymous(before, event, { user, livesIn });
    case "me":
      return compareMe(before, event);
  }
}

/** Only a definitive answer can prove a loss; a write that was sent may have been carried out all the same. */
function sayNoAnswer(event: OperationEvent): string {
  const { kind, outcome, answer, reason = "no reason given" } = event;
  const what =
    answer === "store-unreachable" ? `${who(event)} cannot reach the session store` : "no answer from any app server";
  const then =
    kind !== "who-am-i" && outcome === "unknown"
      ? "nobody knows whether it was carried out"
      : "that says nothing about the session";
  return `${what} (${reason}): ${then}`;
}

function compareAnonymous(before: Acknowledged, event: OperationEvent, judged: JudgedBy): Judgement {
  const { kind } = event;
  if (kind === "log-out") return { asItShouldBe: true, says: "logged out, as asked" };
  if (kind === "log-in") return { asItShouldBe: false, says: `${who(event)} took the login and knows no session` };
  const added = kind === "add-item" ? "; nothing was added" : "";
  switch (before.session) {
    case "logged-in":
      return {
        asItShouldBe: false,
        says: `logged out: ${who(event)} does not know the session${whyPerhaps(before, event, judged)}${added}`,
      };
    case "never":
      return { asItShouldBe: true, says: `not logged in: ${judged.user} never logged in here${added}` };
    case "logged-out":
      return { asItShouldBe: true, says: `still logged out${added}` };
    case "unknown":
      return {
        asItShouldBe: null,
        says: `not logged in; whether the last login or logout was carried out is not known${added}`,
      };
  }
}

/** Facts beside the loss, for a session that lives in a process: where it began, and whether that process is still the same. */
function whyPerhaps({ home }: Acknowledged, { server, boot }: OperationEvent, { livesIn }: JudgedBy): string {
  if (livesIn !== "app-server" || !home) return "";
  if (server !== home.server) return ` (it began in the memory of ${home.server})`;
  return boot === home.boot ? "" : ` (${server} is another process than at the login)`;
}

function compareMe(before: Acknowledged, event: OperationEvent): Judgement {
  const { kind, cart = [], cartVersion = 0, item, degraded } = event;
  if (kind === "log-out")
    return { asItShouldBe: false, says: `${who(event)} took the logout and still knows the session` };
  if (kind === "log-in") return { asItShouldBe: true, says: `logged in: the session begins on ${who(event)}` };
  if (degraded)
    return { asItShouldBe: null, says: `${who(event)} knows who it is, from a fallback without the session's data` };
  if (before.session === "logged-out")
    return {
      asItShouldBe: false,
      says: `logged in again, although ${who(event)} or another had acknowledged the logout`,
    };
  const expected = kind === "add-item" && item !== undefined ? [...before.cart, item] : before.cart;
  const missing = expected.filter((id) => !cart.includes(id));
  if (missing.length > 0) return { asItShouldBe: false, says: `still logged in, but missing: ${missing.join(", ")}` };
  if (cartVersion < before.cartVersion)
    return {
      asItShouldBe: false,
      says: `still logged in, but the cart went back from version ${before.cartVersion} to ${cartVersion}`,
    };
  if (kind === "add-item") return { asItShouldBe: true, says: `added ${item}` };
  if (before.session === "never")
    return { asItShouldBe: null, says: `logged in, and no login of this browser is on record` };
  return { asItShouldBe: true, says: "still logged in" };
}

function who({ server = "the app" }: OperationEvent): string {
  return server;
}
