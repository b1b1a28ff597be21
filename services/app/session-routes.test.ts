import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BALANCER_SECRET, startTestApp, type TestApp } from "./testing/test-app.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const identity = () => ({ appServer: "app1", bootId: app.bootId, store: "memory" });
const anonymous = () => ({ authenticated: false, user: null, nonce: null, cart: [], cartVersion: 0, ...identity() });

describe("GET /whoami", () => {
  test("answers anonymous to a stranger, and gives no cookie", async () => {
    const { status, body, headers } = await app.visitor().whoami();
    expect([status, body]).toEqual([200, anonymous()]);
    expect(headers.get("Set-Cookie")).toBeNull();
  });

  test("knows who logged in, and gives no cookie", async () => {
    const visitor = app.visitor();
    await visitor.login("alice", "n1");
    const { status, body, headers } = await visitor.whoami();
    expect([status, body]).toEqual([
      200,
      { authenticated: true, user: "alice", nonce: "n1", cart: [], cartVersion: 0, ...identity() },
    ]);
    expect(headers.get("Set-Cookie")).toBeNull();
  });

  test("does not believe a cookie whose signature was changed", async () => {
    const visitor = app.visitor();
    await visitor.login();
    const { cookie } = visitor;
    visitor.cookie = `${cookie.slice(0, -3)}${cookie.endsWith("AAA") ? "BBB" : "AAA"}`;
    expect((await visitor.whoami()).body).toEqual(anonymous());
  });
});

describe("POST /login", () => {
  test("answers who one is now, with a host-only session cookie", async () => {
    const { status, body, headers } = await app.visitor().login("alice", "n1");
    expect([status, body]).toEqual([
      200,
      { authenticated: true, user: "alice", nonce: "n1", cart: [], cartVersion: 0, ...identity() },
    ]);
    expect(headers.getSetCookie()).toEqual([expect.stringMatching(/^sid=s%3A[^;]+; Path=\/; HttpOnly; SameSite=Lax$/)]);
  });

  test("gives a new session id to those who are logged in already, and forgets the old one", async () => {
    const visitor = app.visitor();
    await visitor.login("alice");
    const before = visitor.cookie;
    await visitor.login("bob");
    expect(visitor.cookie).not.toBe(before);
    expect((await visitor.whoami()).body.user).toBe("bob");
    expect((await app.visitor("memory", before).whoami()).body).toEqual(anonymous());
  });

  test("adopts no id that the store does not know, though its signature is right", async () => {
    await using elsewhere = await startTestApp();
    const stranger = elsewhere.visitor();
    await stranger.login();
    const foreign = stranger.cookie;
    const visitor = app.visitor("memory", foreign);
    expect((await visitor.whoami()).body).toEqual(anonymous());
    await visitor.login();
    expect(visitor.cookie).not.toBe(foreign);
    expect((await app.visitor("memory", foreign).whoami()).body).toEqual(anonymous());
  });

  test.each([
    ["no user", { nonce: "n" }, "user: expected text of 1 to 128 characters, got none"],
    ["an empty user", { user: "", nonce: "n" }, "user: expected text of 1 to 128 characters, got an empty text"],
    [
      "a long user",
      { user: "x".repeat(129), nonce: "n" },
      "user: expected text of 1 to 128 characters, got 129 characters",
    ],
    ["a number", { user: 7, nonce: "n" }, "user: expected text of 1 to 128 characters, got a value of type number"],
    ["no nonce", { user: "a" }, "nonce: expected text of 1 to 128 characters, got none"],
    ["a list as nonce", { user: "a", nonce: ["n"] }, "nonce: expected text of 1 to 128 characters, got a list"],
    [
      "no idle time at all",
      { user: "a", nonce: "n", idleSeconds: 0 },
      "idleSeconds: expected a whole number from 1 to 1800, got 0",
    ],
    [
      "an idle time beyond the usual",
      { user: "a", nonce: "n", idleSeconds: 1801 },
      "idleSeconds: expected a whole number from 1 to 1800, got 1801",
    ],
    [
      "an idle time in words",
      { user: "a", nonce: "n", idleSeconds: "60" },
      "idleSeconds: expected a whole number from 1 to 1800, got 2 characters",
    ],
    ["a list", [], "user: expected text of 1 to 128 characters, got none"],
  ])("refuses %s with a 400 that says why", async (_, json, error) => {
    const { status, body, headers } = await app.visitor().post("/login", json);
    expect([status, body]).toEqual([400, { error }]);
    expect(headers.get("Set-Cookie")).toBeNull();
  });

  test("accepts 128 characters", async () => {
    const longest = "x".repeat(128);
    expect((await app.visitor().login(longest, longest)).body).toMatchObject({ user: longest, nonce: longest });
  });

  test("refuses a request without a body", async () => {
    const response = await fetch(`${app.url}/login`, {
      method: "POST",
      headers: { "X-Session-Store": "memory", "X-Balancer-Secret": BALANCER_SECRET },
    });
    expect(response.status).toBe(400);
  });
});

describe("POST /cart", () => {
  test("appends items in order, with a version that grows by one, and gives no new cookie", async () => {
    const visitor = app.visitor();
    await visitor.login();
    await visitor.addItem("pear");
    const { status, body, headers } = await visitor.addItem("tea");
    expect([status, body.cart, body.cartVersion]).toEqual([200, ["pear", "tea"], 2]);
    expect(headers.get("Set-Cookie")).toBeNull();
    expect((await visitor.whoami()).body).toEqual(body);
  });

  test("answers 401 and who one is to the anonymous", async () => {
    const { status, body, headers } = await app.visitor().addItem("pear");
    expect([status, body]).toEqual([401, anonymous()]);
    expect(headers.get("Set-Cookie")).toBeNull();
  });

  test("refuses an empty item", async () => {
    const visitor = app.visitor();
    await visitor.login();
    expect((await visitor.addItem("")).status).toBe(400);
    expect((await visitor.whoami()).body.cart).toEqual([]);
  });
});

describe("POST /logout", () => {
  test("ends the session and takes the cookie back", async () => {
    const visitor = app.visitor();
    await visitor.login();
    const { cookie } = visitor;
    const { status, body, headers } = await visitor.logout();
    expect([status, body]).toEqual([200, anonymous()]);
    const gone = "sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax";
    expect(headers.getSetCookie()).toEqual([gone]);
    expect((await app.visitor("memory", cookie).whoami()).body).toEqual(anonymous());
  });

  test("is fine with those who are not logged in", async () => {
    const { status, body } = await app.visitor().logout();
    expect([status, body]).toEqual([200, anonymous()]);
  });
});

describe("forms", () => {
  test("log in, shop and log out, each sent back to the page", async () => {
    const visitor = app.visitor();
    const answers = [
      await visitor.postForm("/login", { user: "alice" }),
      await visitor.postForm("/cart", {}),
      await visitor.postForm("/cart", {}),
    ];
    const { body } = await visitor.whoami();
    answers.push(await visitor.postForm("/logout", {}));
    expect(answers.map(({ status, headers }) => `${status} ${headers.get("Location")}`)).toEqual(
      Array(4).fill("303 /"),
    );
    expect(body.nonce).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.cart).toEqual([
      expect.stringMatching(/^[a-z]+-[0-9a-f]{6}$/),
      expect.stringMatching(/^[a-z]+-[0-9a-f]{6}$/),
    ]);
    expect((await visitor.whoami()).body.authenticated).toBe(false);
  });

  test("send the anonymous back to the page, where they see that they are", async () => {
    const { status, headers } = await app.visitor().postForm("/cart", {});
    expect(`${status} ${headers.get("Location")}`).toBe("303 /");
  });

  test("without a name are refused with a page", async () => {
    const { status, text } = await app.visitor().postForm("/login", { user: "" });
    expect(status).toBe(400);
    expect(text).toContain("user: expected text of 1 to 128 characters, got an empty text");
  });
});

describe("200 visitors at once", () => {
  test("never see each other's session", async () => {
    const visitors = Array.from({ length: 200 }, (_, index) => ({ user: `user${index}`, visitor: app.visitor() }));
    await Promise.all(visitors.map(({ user, visitor }) => visitor.login(user)));
    await Promise.all(visitors.map(({ user, visitor }) => visitor.addItem(`item of ${user}`)));
    const seen = await Promise.all(visitors.map(async ({ visitor }) => (await visitor.whoami()).body));
    expect(seen.map(({ user, nonce, cart }) => [user, nonce, ...cart])).toEqual(
      visitors.map(({ user }) => [user, `nonce of ${user}`, `item of ${user}`]),
    );
  });
});
