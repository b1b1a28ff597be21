import { describe, expect, it } from "vitest";
import type { OperationEvent } from "../../history/events.ts";
import { type Acknowledged, compare, learn, nothingAcknowledged } from "./acknowledged.ts";

const home = { server: "app1", boot: "b1" };
const loggedIn: Acknowledged = { session: "logged-in", cart: ["pear"], cartVersion: 1, home };
const loggedOut: Acknowledged = { ...nothingAcknowledged, session: "logged-out" };
const unknown: Acknowledged = { ...nothingAcknowledged, session: "unknown" };

/** An answer of app1 in the life of the login, to a user who is asked who it is. */
function event(fields: Partial<OperationEvent>): OperationEvent {
  return {
    type: "operation",
    at: 0,
    ms: 5,
    user: "alice",
    kind: "who-am-i",
    phase: "baseline",
    jar: "live",
    connection: "fresh",
    outcome: "ok",
    answer: "anonymous",
    server: "app1",
    boot: "b1",
    ...fields,
  };
}

const me: Partial<OperationEvent> = { answer: "me", cart: ["pear"], cartVersion: 1 };

describe("what is acknowledged", () => {
  it("begins with a login, on the app server that answered it, with an empty cart", () => {
    expect(learn(loggedOut, event({ kind: "log-in", answer: "me", cart: [], cartVersion: 0 }))).toEqual({
      session: "logged-in",
      cart: [],
      cartVersion: 0,
      home,
    });
  });

  it("grows by each item that was confirmed, and not by one without an answer", () => {
    const added = event({ kind: "add-item", item: "tea", answer: "me", cart: ["pear", "tea"], cartVersion: 2 });
    expect(learn(loggedIn, added)).toMatchObject({ cart: ["pear", "tea"], cartVersion: 2 });
    expect(learn(loggedIn, { ...added, outcome: "unknown", answer: "none" })).toEqual(loggedIn);
    expect(learn(loggedIn, { ...added, outcome: "rejected", answer: "anonymous" })).toEqual(loggedIn);
  });

  it("stays what it was when the session is lost: what was promised stays promised", () => {
    expect(learn(loggedIn, event({ answer: "anonymous" }))).toEqual(loggedIn);
  });

  it.each([
    ["log-in", "unknown", "unknown"],
    ["log-out", "unknown", "unknown"],
    ["log-out", "ok", "logged-out"],
    ["log-in", "rejected", "logged-in"],
  ] as const)("after a %s with the outcome %s the session is %s", (kind, outcome, session) => {
    expect(learn(loggedIn, event({ kind, outcome })).session).toBe(session);
  });
});

describe("an answer compared with what was acknowledged", () => {
  const signs = new Map([
    [true, "✓"],
    [false, "✗"],
    [null, "?"],
  ]);
  const judged = (
    before: Acknowledged,
    fields: Partial<OperationEvent>,
    livesIn: "app-server" | "server" = "server",
  ) => {
    const { asItShouldBe, says } = compare(before, event(fields), { user: "alice", livesIn });
    return `${signs.get(asItShouldBe)} ${says}`;
  };

  it.each<[string, Acknowledged, Partial<OperationEvent>, string]>([
    ["a session that is whole", loggedIn, me, "✓ still logged in"],
    ["a session that is gone", loggedIn, {}, "✗ logged out: app1 does not know the session"],
    ["an item that is gone", loggedIn, { ...me, cart: [] }, "✗ still logged in, but missing: pear"],
    [
      "a version that went back",
      { ...loggedIn, cartVersion: 3 },
      me,
      "✗ still logged in, but the cart went back from version 3 to 1",
    ],
    ["nobody, who never logged in", nothingAcknowledged, {}, "✓ not logged in: alice never logged in here"],
    ["nobody, after a logout", loggedOut, {}, "✓ still logged out"],
    [
      "a session after a logout",
      loggedOut,
      me,
      "✗ logged in again, although app1 or another had acknowledged the logout",
    ],
    [
      "nobody, after a login without an answer",
      unknown,
      {},
      "? not logged in; whether the last login or logout was carried out is not known",
    ],
    ["a session, after a login without an answer", unknown, me, "✓ still logged in"],
    [
      "somebody else",
      loggedIn,
      { answer: "someone-else" },
      "✗ CROSSED: app1 shows the session of somebody else, or of another login",
    ],
    [
      "an item that was added, beside one that is gone",
      loggedIn,
      { ...me, kind: "add-item", item: "tea", cart: ["tea"], cartVersion: 2 },
      "✗ still logged in, but missing: pear",
    ],
    [
      "an item that was added",
      loggedIn,
      { ...me, kind: "add-item", item: "tea", cart: ["pear", "tea"], cartVersion: 2 },
      "✓ added tea",
    ],
    [
      "an item for nobody",
      loggedIn,
      { kind: "add-item", item: "tea", outcome: "rejected" },
      "✗ logged out: app1 does not know the session; nothing was added",
    ],
    ["a logout", loggedIn, { kind: "log-out" }, "✓ logged out, as asked"],
    [
      "a fallback",
      loggedIn,
      { ...me, cart: [], degraded: true },
      "? app1 knows who it is, from a fallback without the session's data",
    ],
    [
      "a store that does not answer",
      loggedIn,
      { answer: "store-unreachable", outcome: "rejected", reason: "503 away" },
      "? app1 cannot reach the session store (503 away): that says nothing about the session",
    ],
    [
      "no answer to a write that was sent",
      loggedIn,
      { kind: "log-out", answer: "none", outcome: "unknown", reason: "connection reset" },
      "? no answer from any app server (connection reset): nobody knows whether it was carried out",
    ],
  ])("%s", (_what, before, fields, expected) => {
    expect(judged(before, fields)).toBe(expected);
  });

  it("says of a session in a process where it began, or that the process is another one", () => {
    expect(judged(loggedIn, { server: "app2", boot: "b2" }, "app-server")).toBe(
      "✗ logged out: app2 does not know the session (it began in the memory of app1)",
    );
    expect(judged(loggedIn, { boot: "b9" }, "app-server")).toBe(
      "✗ logged out: app1 does not know the session (app1 is another process than at the login)",
    );
    expect(judged(loggedIn, {}, "app-server")).toBe("✗ logged out: app1 does not know the session");
  });
});
