import session from "express-session";
import { describe, expect, test } from "vitest";
import { openExpressSessionStore } from "./express-session-store.ts";
import { withIdentityFallback } from "./identity-fallback.ts";
import { tokenSigner } from "./signed-token.ts";
import { defineStore } from "./store.ts";
import memory from "./stores/memory.ts";
import { startTestApp } from "./testing/test-app.ts";

/** MemoryStore, whose server is away while `isAway`. */
class ServerStore extends session.MemoryStore {
  isAway = false;

  override get(id: string, done: (error: unknown, found?: session.SessionData | null) => void) {
    if (this.isAway) setImmediate(done, new Error("away"));
    else super.get(id, done);
  }
}

async function startWithFallback() {
  const server = new ServerStore();
  const store = defineStore({
    ...memory,
    open: async (context) =>
      withIdentityFallback(
        openExpressSessionStore({ store: server, cookie: context.cookie, countSessions: async () => 0 }),
        context,
      ),
  });
  const app = await startTestApp({ stores: new Map([["fallback", store]]) });
  const alice = app.visitor("fallback");
  await alice.login("alice", "n1");
  await alice.addItem("pear");
  return { app, server, alice, [Symbol.asyncDispose]: app.close };
}

describe("while the server is away", () => {
  test("who is logged in is told who they are, and that the cart is not known", async () => {
    await using lab = await startWithFallback();
    lab.server.isAway = true;
    const { status, body, headers } = await lab.alice.whoami();
    expect([status, body]).toEqual([
      200,
      {
        authenticated: true,
        user: "alice",
        nonce: "n1",
        cart: [],
        cartVersion: 0,
        appServer: "app1",
        bootId: lab.app.bootId,
        store: "fallback",
        degraded: true,
      },
    ]);
    expect(headers.getSetCookie()).toEqual([]);
  });

  test("the page says so", async () => {
    await using lab = await startWithFallback();
    lab.server.isAway = true;
    const { status, text, headers } = await lab.alice.get("/", { Accept: "text/html" });
    expect(status).toBe(200);
    expect(text).toContain("Who you are comes from a signed cookie.");
    expect(text).toContain("not known");
    expect(headers.getSetCookie()).toEqual([]);
  });

  test("nothing can be changed: a login, an item and a logout are a 503", async () => {
    await using lab = await startWithFallback();
    lab.server.isAway = true;
    const answers = [await lab.alice.addItem("tea"), await lab.alice.login("bob"), await lab.alice.logout()];
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
  });

  test("strangers are not told that they are nobody", async () => {
    await using lab = await startWithFallback();
    lab.server.isAway = true;
    expect((await lab.app.visitor("fallback").whoami()).status).toBe(503);
  });

  test("nobody is whom they say without the right signature", async () => {
    await using lab = await startWithFallback();
    const claims = { authenticated: true, sub: "alice", nonce: "n1", loginAt: "2026-01-01T00:00:00.000Z" };
    lab.server.isAway = true;
    const who = async (secret: string) =>
      (
        await lab.app
          .visitor("fallback", `sid_identity=${await tokenSigner(secret, "fallback").sign(claims, 60_000)}`)
          .whoami()
      ).status;
    expect([await who("the secret of all tests"), await who("a guess")]).toEqual([200, 503]);
  });

  test("a copy from before a logout is taken: the fallback cannot know of it", async () => {
    await using lab = await startWithFallback();
    const { cookie } = lab.alice;
    await lab.alice.logout();
    expect(lab.alice.cookie).toBe("");
    lab.server.isAway = true;
    expect((await lab.alice.whoami()).status).toBe(503);
    expect((await lab.app.visitor("fallback", cookie).whoami()).body).toMatchObject({ user: "alice", degraded: true });
  });
});

describe("while the server answers", () => {
  test("it decides: who brings only an identity is nobody", async () => {
    await using lab = await startWithFallback();
    const identity = lab.alice.cookie.split("; ").find((pair) => pair.startsWith("sid_identity="));
    expect((await lab.app.visitor("fallback", identity).whoami()).body).toMatchObject({ authenticated: false });
  });

  test("all of the session is there again after an outage", async () => {
    await using lab = await startWithFallback();
    lab.server.isAway = true;
    await lab.alice.whoami();
    lab.server.isAway = false;
    const { body } = await lab.alice.whoami();
    expect(body).toMatchObject({ user: "alice", cart: ["pear"] });
    expect(body).not.toHaveProperty("degraded");
  });
});
