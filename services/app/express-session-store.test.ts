import session from "express-session";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openExpressSessionStore } from "./express-session-store.ts";
import { defineStore } from "./store.ts";
import memory from "./stores/memory.ts";
import { startTestApp, type Visitor } from "./testing/test-app.ts";

/** MemoryStore whose commands are written down, and fail while they are named in `failing`. */
class WatchedStore extends session.MemoryStore {
  readonly commands: string[] = [];
  failing: readonly string[] = [];

  override get(id: string, done: (error: unknown, found?: session.SessionData | null) => void) {
    if (this.#mayRun("get", done)) super.get(id, done);
  }
  override set(id: string, data: session.SessionData, done: (error?: unknown) => void) {
    if (this.#mayRun("set", done)) super.set(id, data, done);
  }
  override touch(id: string, data: session.SessionData, done: (error?: unknown) => void) {
    if (this.#mayRun("touch", done)) super.touch(id, data, done as () => void);
  }
  override destroy(id: string, done: (error?: unknown) => void) {
    if (this.#mayRun("destroy", done)) super.destroy(id, done);
  }

  #mayRun(command: string, done: (error: unknown) => void): boolean {
    this.commands.push(command);
    const fails = this.failing.includes(command);
    if (fails) setImmediate(done, new Error(`${command} failed`));
    return !fails;
  }
}

async function startWatched() {
  const store = new WatchedStore();
  const open = async () =>
    openExpressSessionStore({ store, cookie: { name: "sid", secret: "s" }, countSessions: async () => 0 });
  const app = await startTestApp({ stores: new Map([["watched", defineStore({ ...memory, open })]]) });
  const visitor = app.visitor("watched");
  await visitor.login();
  store.commands.length = 0;
  return { app, store, visitor, [Symbol.asyncDispose]: app.close };
}

describe("what reaches the store", () => {
  test("of /whoami: one read", async () => {
    await using lab = await startWatched();
    await lab.visitor.whoami();
    expect(lab.store.commands).toEqual(["get"]);
  });

  test("of /whoami without a cookie: a read, too, so that nobody is called anonymous by a store that was not asked", async () => {
    await using lab = await startWatched();
    await lab.app.visitor("watched").whoami();
    expect(lab.store.commands).toEqual(["get"]);
  });

  test("of a change of the cart: one read and one write", async () => {
    await using lab = await startWatched();
    await lab.visitor.addItem("pear");
    expect(lab.store.commands).toEqual(["get", "set"]);
  });

  test("of a login: the old session is destroyed, the new one written once", async () => {
    await using lab = await startWatched();
    await lab.visitor.login("bob");
    expect(lab.store.commands).toEqual(["get", "destroy", "set"]);
  });

  test("of the page: a read, and the idle end is put off", async () => {
    await using lab = await startWatched();
    await lab.visitor.get("/");
    expect(lab.store.commands).toEqual(["get", "touch"]);
  });
});

describe("a store that fails", () => {
  const operations = { whoami: "get", addItem: "set", login: "set", logout: "destroy" } as const;

  test.each(Object.entries(operations))(
    "is a 503 for %s when its %s fails, without any cookie",
    async (operation, command) => {
      await using lab = await startWatched();
      lab.store.failing = [command];
      const { status, body, headers } = await lab.visitor[operation as keyof typeof operations]("bob");
      const error = "store unreachable";
      expect([status, body]).toEqual([
        503,
        { error, store: "watched", appServer: "app1", reason: `${command} failed` },
      ]);
      expect(headers.get("Set-Cookie")).toBeNull();
    },
  );

  test("is a 503 for visitors without a cookie", async () => {
    await using lab = await startWatched();
    lab.store.failing = ["get"];
    expect((await lab.app.visitor("watched").whoami()).status).toBe(503);
  });

  test.each(["get", "touch"])("is a 503 for the page when its %s fails", async (command) => {
    await using lab = await startWatched();
    lab.store.failing = [command];
    const { status, text } = await lab.visitor.get("/", { Accept: "text/html" });
    expect(status).toBe(503);
    expect(text).toContain("the session store does not answer");
    expect(text).not.toContain("not logged in");
  });

  test("still holds what it held when it is back", async () => {
    await using lab = await startWatched();
    lab.store.failing = ["get"];
    await lab.visitor.whoami();
    lab.store.failing = [];
    expect((await lab.visitor.whoami()).body.user).toBe("alice");
  });

  test("logs nobody out with its `disconnect` event, after which express-session would go on without a session", async () => {
    await using lab = await startWatched();
    lab.store.emit("disconnect");
    expect((await lab.visitor.whoami()).body.user).toBe("alice");
  });
});

describe("a session", () => {
  afterEach(() => vi.useRealTimers());

  /** Only the clock is false: timers of the HTTP connection run on. */
  const passMinutes = (minutes: number) => vi.setSystemTime(Date.now() + minutes * 60_000);

  test("is over after 30 minutes without use", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await using lab = await startWatched();
    passMinutes(29);
    expect((await lab.visitor.whoami()).body.user).toBe("alice");
    passMinutes(2);
    expect((await lab.visitor.whoami()).body.user).toBeNull();
  });

  test.each([
    ["the page was looked at", (visitor: Visitor) => visitor.get("/")],
    ["the cart was changed", (visitor: Visitor) => visitor.addItem("pear")],
  ])("lives on when %s meanwhile", async (_, use) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await using lab = await startWatched();
    passMinutes(20);
    await use(lab.visitor);
    passMinutes(20);
    expect((await lab.visitor.whoami()).body.user).toBe("alice");
  });

  test("is over as soon as its login asked for, if nobody uses it", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await using lab = await startWatched();
    await lab.visitor.post("/login", { user: "bob", nonce: "n", idleSeconds: 60 });
    await lab.visitor.addItem("pear");
    vi.setSystemTime(Date.now() + 59_000);
    expect((await lab.visitor.addItem("tea")).body.user).toBe("bob");
    vi.setSystemTime(Date.now() + 59_000);
    expect((await lab.visitor.whoami()).body.user).toBe("bob");
    vi.setSystemTime(Date.now() + 2_000);
    expect((await lab.visitor.whoami()).body.user).toBeNull();
  });

  test("keeps a session cookie, however long it lives", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await using lab = await startWatched();
    expect((await lab.visitor.addItem("pear")).headers.get("Set-Cookie")).toBeNull();
    expect((await lab.visitor.login("bob")).headers.get("Set-Cookie")).not.toMatch(/Expires|Max-Age/);
  });

  test("holds what sessions of real applications hold", async () => {
    await using lab = await startWatched();
    await lab.visitor.addItem("pear");
    const [kept] = Object.values((lab.store as unknown as { sessions: Record<string, string> }).sessions);
    expect(JSON.parse(kept ?? "")).toEqual({
      cookie: { originalMaxAge: null, expires: expect.any(String), httpOnly: true, sameSite: "lax", path: "/" },
      authenticated: true,
      user: "alice",
      roles: ["customer"],
      nonce: "nonce of alice",
      loginAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      cart: ["pear"],
      cartVersion: 1,
    });
  });
});
