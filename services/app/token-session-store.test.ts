import { SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { LARGEST_COOKIE_BYTES, tokenSigner } from "./signed-token.ts";
import { defineStore, IDLE_SECONDS } from "./store.ts";
import jwt from "./stores/jwt.ts";
import { startTestApp, type TestApp } from "./testing/test-app.ts";
import { waitUntil } from "./testing/wait-until.ts";
import { type Denylist, openTokenSessionStore } from "./token-session-store.ts";

/** test-app.ts's. */
const SECRET = "the secret of all tests";

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({
    stores: new Map([
      ["jwt", jwt],
      ["other", defineStore({ ...jwt })],
    ]),
  });
});
afterAll(() => app.close());

const claims = { authenticated: true, sub: "mallory", sid: "1", nonce: "n", loginAt: "2026-01-01T00:00:00.000Z" };
const whoIs = async (cookie: string, store = "jwt") => (await app.visitor(store, cookie).whoami()).body.user;

describe("a token", () => {
  test("is a cookie that scripts and other sites do not get", async () => {
    const { headers } = await app.visitor("jwt").login();
    expect(headers.get("Set-Cookie")).toMatch(/^sid=[\w-]+\.[\w-]+\.[\w-]+; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test("can be read by whoever has it: the session is all in it", async () => {
    const visitor = app.visitor("jwt");
    await visitor.login("alice", "n1");
    await visitor.addItem("pear");
    const payload = JSON.parse(Buffer.from(visitor.cookie.split(".")[1] ?? "", "base64url").toString());
    expect(payload).toEqual({
      authenticated: true,
      sub: "alice",
      sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      roles: ["customer"],
      nonce: "n1",
      loginAt: expect.any(String),
      cart: ["pear"],
      cartVersion: 1,
      aud: "jwt",
      iat: expect.any(Number),
      exp: payload.iat + 30 * 60,
    });
  });

  test("has a session id that a new login changes and a full cart does not", async () => {
    const visitor = app.visitor("jwt");
    const sid = async (act: Promise<unknown>) => {
      await act;
      return JSON.parse(Buffer.from(visitor.cookie.split(".")[1] ?? "", "base64url").toString()).sid as string;
    };
    const [first, second, third] = [
      await sid(visitor.login()),
      await sid(visitor.addItem("pear")),
      await sid(visitor.login()),
    ];
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });
});

describe("nobody is", () => {
  test("who changed a letter of the token", async () => {
    const visitor = app.visitor("jwt");
    await visitor.login("alice");
    const [name, header, payload = "", signature] = visitor.cookie.split(/[=.]/);
    const changed = `${payload.slice(0, -1)}${payload.endsWith("A") ? "B" : "A"}`;
    expect(await whoIs(`${name}=${header}.${payload}.${signature}`)).toBe("alice");
    expect(await whoIs(`${name}=${header}.${changed}.${signature}`)).toBeNull();
  });

  test("who brings a token without a signature (RFC 8725, 2.1)", async () => {
    const part = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
    const exp = Math.floor(Date.now() / 1000) + 60;
    expect(await whoIs(`sid=${part({ alg: "none" })}.${part({ ...claims, aud: "jwt", exp })}.`)).toBeNull();
  });

  test("who signs with another secret", async () => {
    expect(await whoIs(`sid=${await tokenSigner(SECRET, "jwt").sign(claims, 60_000)}`)).toBe("mallory");
    expect(await whoIs(`sid=${await tokenSigner("a guess", "jwt").sign(claims, 60_000)}`)).toBeNull();
  });

  test("who signs with the secret itself: the key is derived from it", async () => {
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256" })
      .setAudience("jwt")
      .setExpirationTime("1m")
      .sign(Buffer.from(SECRET));
    expect(await whoIs(`sid=${token}`)).toBeNull();
  });

  test("who brings another store's token", async () => {
    const visitor = app.visitor("jwt");
    await visitor.login("alice");
    expect(await whoIs(visitor.cookie)).toBe("alice");
    expect(await whoIs(visitor.cookie, "other")).toBeNull();
  });

  test("whose token lacks what every session has", async () => {
    const { nonce: _, ...without } = claims;
    expect(await whoIs(`sid=${await tokenSigner(SECRET, "jwt").sign(without, 60_000)}`)).toBeNull();
  });
});

describe("a cart that does not fit into a cookie", () => {
  test("is refused with a clear error instead of a cookie that browsers drop, and the session stays as it was", async () => {
    const visitor = app.visitor("jwt");
    await visitor.login("alice");
    const answers = [];
    do answers.push(await visitor.addItem(`${answers.length}`.padStart(128, "-")));
    while (answers.at(-1)?.status === 200 && answers.length < 100);

    const refused = answers.pop();
    expect([refused?.status, refused?.body]).toEqual([
      413,
      {
        error: expect.stringMatching(
          /^the session does not fit into its cookie: it would take 4\d{3} bytes, and browsers drop cookies over 4096; nothing was changed$/,
        ),
      },
    ]);
    expect(refused?.headers.getSetCookie()).toEqual([]);
    expect((await visitor.whoami()).body.cart).toHaveLength(answers.length);
    const largest = Math.max(...answers.map(({ headers }) => headers.get("Set-Cookie")?.length ?? 0));
    expect(largest).toBeLessThanOrEqual(LARGEST_COOKIE_BYTES);
    expect(largest).toBeGreaterThan(LARGEST_COOKIE_BYTES - 300);
  });
});

describe("a token's end", () => {
  afterEach(() => vi.useRealTimers());
  const passMinutes = (minutes: number) => vi.setSystemTime(Date.now() + minutes * 60_000);

  test("comes 30 minutes after it was made", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const visitor = app.visitor("jwt");
    await visitor.login("alice");
    passMinutes(29);
    expect((await visitor.whoami()).body.user).toBe("alice");
    passMinutes(2);
    expect((await visitor.whoami()).body.user).toBeNull();
  });

  test("is put off by a new token with every look at the page", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const visitor = app.visitor("jwt");
    await visitor.login("alice");
    passMinutes(20);
    await visitor.get("/");
    passMinutes(20);
    expect((await visitor.whoami()).body.user).toBe("alice");
  });
});

describe("a logout that the denylist keeps, while another app server is frozen in the middle of a request", () => {
  afterEach(() => vi.useRealTimers());
  const passSeconds = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

  /** Alice is logged in; somebody has a copy of her token, which has a minute left. */
  async function start() {
    vi.useFakeTimers({ toFake: ["Date"] });
    const list = new FreezingDenylist();
    const app = await startTestApp({ stores: new Map([["denying", storeWith(list)]]) });
    const alice = app.visitor("denying");
    await alice.login("alice");
    passSeconds(IDLE_SECONDS - 60);
    const copy = app.visitor("denying", alice.cookie);
    const nobodyIsCopyAt = async (timeMs: number) => {
      vi.setSystemTime(timeMs);
      expect((await copy.whoami()).body.user).toBeNull();
    };
    return { app, list, alice, copy, nobodyIsCopyAt, deniedUntilMs: () => Math.max(...list.denied.values()) };
  }

  test("holds, also for a token that is made late: frozen after it read that there was no logout yet", async () => {
    const { app, list, alice, copy, nobodyIsCopyAt, deniedUntilMs } = await start();
    await using _ = app;
    const wakeUp = list.freezeOnce("afterReading");
    const look = copy.get("/");
    await waitUntil("the app server to freeze", () => list.isFrozen);
    await alice.logout();
    passSeconds(30);
    wakeUp();
    // It was asked before the logout, and answers so.
    expect((await look).headers.getSetCookie()).toHaveLength(1);
    await nobodyIsCopyAt(deniedUntilMs() - 1);
    await nobodyIsCopyAt(deniedUntilMs());
  });

  test("holds, though its denial is over: frozen before it read the denylist, with a token that was good then", async () => {
    const { app, list, alice, copy, nobodyIsCopyAt, deniedUntilMs } = await start();
    await using _ = app;
    await alice.logout();
    passSeconds(30);
    const wakeUp = list.freezeOnce("beforeReading");
    const look = copy.get("/");
    await waitUntil("the app server to freeze", () => list.isFrozen);
    vi.setSystemTime(deniedUntilMs());
    wakeUp();
    expect((await look).headers.getSetCookie()).toEqual([]);
    await nobodyIsCopyAt(deniedUntilMs());
  });
});

const storeWith = (denylist: Denylist) =>
  defineStore({
    ...jwt,
    open: async (context) => ({
      ...openTokenSessionStore(context, denylist),
      countSessions: async () => null,
      close: async () => {},
    }),
  });

/** Forgets as Redis does (`SET ... EX`); whoever asks it can be made to stand still, before it answers or with the answer in hand. */
class FreezingDenylist implements Denylist {
  /** Session id -> milliseconds since 1970. */
  readonly denied = new Map<string, number>();
  isFrozen = false;
  #freeze: { moment: "beforeReading" | "afterReading"; until: Promise<void> } | undefined;

  /** @returns what wakes it up */
  freezeOnce(moment: "beforeReading" | "afterReading"): () => void {
    let wakeUp = () => {};
    this.#freeze = { moment, until: new Promise((resolve) => (wakeUp = resolve)) };
    return wakeUp;
  }

  async has(sid: string): Promise<boolean> {
    const freeze = this.#freeze;
    this.#freeze = undefined;
    const standStill = async (moment: "beforeReading" | "afterReading") => {
      if (freeze?.moment !== moment) return;
      this.isFrozen = true;
      await freeze.until;
    };
    await standStill("beforeReading");
    const answer = (this.denied.get(sid) ?? 0) > Date.now();
    await standStill("afterReading");
    return answer;
  }

  async add(sid: string): Promise<void> {
    this.denied.set(sid, Date.now() + IDLE_SECONDS * 1_000);
  }
}
