/** What every session store must do, run over all files of stores/ with the real server of each. A new store is found by itself. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadStoreFiles } from "./store-files.ts";
import { type StoreLab, sessions, startStoreLab } from "./testing/store-lab.ts";
import type { TestApp, Visitor } from "./testing/test-app.ts";
import { waitUntil } from "./testing/wait-until.ts";

const stores = [...(await loadStoreFiles())];

/** After half an hour; a store that counts whole seconds rounds up. */
const IDLE_MS = 30 * 60_000 + 1_000;

describe.each(stores)("%s", (id, store) => {
  let lab: StoreLab;
  beforeAll(async () => {
    lab = await startStoreLab(id, store);
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  test("keeps a session with its cart", async () => {
    const visitor = lab.app1.visitor(id);
    await visitor.login("alice", "n1");
    await visitor.addItem("pear");
    await visitor.addItem("tea");
    const { body } = await visitor.whoami();
    const about = { appServer: "app1", bootId: lab.app1.bootId, store: id };
    expect(body).toEqual({
      authenticated: true,
      user: "alice",
      nonce: "n1",
      cart: ["pear", "tea"],
      cartVersion: 2,
      ...about,
    });
  });

  test("ends a session that nobody used for as long as its login asked for, and none that was used", async () => {
    const [idle, busy] = [lab.app1.visitor(id), lab.app1.visitor(id)];
    await Promise.all(
      [idle, busy].map((visitor) => visitor.post("/login", { user: "a", nonce: "n", idleSeconds: 10 })),
    );
    const ends = async () => {
      await busy.addItem("pear");
      return !(await idle.whoami()).body.authenticated;
    };
    await waitUntil("the idle session to end", ends, { deadlineMs: 40_000 });
    expect((await busy.whoami()).body.authenticated).toBe(true);
    // It would end by itself while a later test counts.
    await busy.logout();
  });

  test("never mixes 200 visitors who come at once", async () => {
    const visitors = Array.from({ length: 200 }, (_, index) => ({
      user: `user${index}`,
      visitor: lab.app1.visitor(id),
    }));
    const logins = await Promise.all(visitors.map(({ user, visitor }) => visitor.login(user)));
    const items = await Promise.all(visitors.map(({ user, visitor }) => visitor.addItem(`item of ${user}`)));
    const reads = await Promise.all(visitors.map(({ visitor }) => visitor.whoami()));
    // Whoever was refused because all of this took too long was not mixed up with anybody.
    expect([...new Set([...logins, ...items, ...reads].map(({ status }) => status))]).toEqual([200]);
    expect(reads.map(({ body: { user, nonce, cart } }) => [user, nonce, ...cart])).toEqual(
      visitors.map(({ user }) => [user, `nonce of ${user}`, `item of ${user}`]),
    );
  });

  const isRevocable = store.revocable ?? true;
  test(`refuses a copy of the cookie after the logout ${isRevocable}, as its facts say`, async () => {
    const visitor = lab.app1.visitor(id);
    await visitor.login();
    const early = visitor.cookie;
    await visitor.addItem("pear");
    const late = visitor.cookie;
    const { status, body } = await visitor.logout();
    expect([status, body.authenticated, visitor.cookie]).toEqual([200, false, ""]);
    const copies = [early, late].map((cookie) => lab.app1.visitor(id, cookie).whoami());
    expect((await Promise.all(copies)).map((copy) => copy.body.authenticated)).toEqual([!isRevocable, !isRevocable]);
  });

  test("gives cookies that no script reads, no other site sends along and no other host name gets", async () => {
    const { headers } = await lab.app1.visitor(id).login();
    expect(headers.getSetCookie()).not.toEqual([]);
    for (const cookie of headers.getSetCookie())
      expect(cookie).toMatch(/^sid(_identity)?=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  if (store.livesIn === "browser")
    describe("which the browser keeps,", () => {
      test("gives a cookie for whatever changes the session, and for nothing else", async () => {
        const visitor = lab.app1.visitor(id);
        const cookies = [
          await visitor.whoami(),
          await visitor.login(),
          await visitor.addItem("pear"),
          await visitor.whoami(),
          await visitor.get("/"),
        ].map(({ headers }) => headers.getSetCookie().length);
        expect(cookies).toEqual([0, 1, 1, 0, 1]);
      });

      test("is known to every app server, which all go on with it", async () => {
        const alice = lab.app1.visitor(id);
        await alice.login("alice");
        await alice.addItem("pear");
        const there = lab.app2.visitor(id, alice.cookie);
        await there.addItem("tea");
        expect((await lab.app1.visitor(id, there.cookie).whoami()).body).toMatchObject({
          user: "alice",
          cart: ["pear", "tea"],
        });
      });

      test("is as old as the cookie: who brings an older one has the older cart", async () => {
        const alice = lab.app1.visitor(id);
        await alice.login("alice");
        const { cookie } = alice;
        await alice.addItem("pear");
        expect((await lab.app1.visitor(id, cookie).whoami()).body).toMatchObject({
          user: "alice",
          cart: [],
          cartVersion: 0,
        });
      });

      test("is counted by nobody", async () => {
        await lab.app1.visitor(id).login();
        expect(await sessions(lab.app1, id)).toBeNull();
      });
    });

  if (store.livesIn !== "browser")
    describe("which keeps sessions itself,", () => {
      test("gives a cookie for a login, and for nothing else", async () => {
        const visitor = lab.app1.visitor(id);
        const cookies = [
          await visitor.whoami(),
          await visitor.login(),
          await visitor.addItem("pear"),
          await visitor.whoami(),
        ].map(({ headers }) => headers.getSetCookie().length > 0);
        expect(cookies).toEqual([false, true, false, false]);
      });

      test("gives every login a new session id", async () => {
        const visitor = lab.app1.visitor(id);
        await visitor.login();
        const first = visitor.cookie;
        await visitor.login();
        expect(visitor.cookie).not.toBe(first);
        expect((await lab.app1.visitor(id, first).whoami()).body.authenticated).toBe(false);
      });

      test("adopts no id that it does not know", async () => {
        const visitor = lab.app1.visitor(id);
        await visitor.login();
        const { cookie } = visitor;
        await visitor.logout();
        const returning = lab.app1.visitor(id, cookie);
        await returning.login();
        expect(returning.cookie).not.toBe(cookie);
        expect((await lab.app1.visitor(id, cookie).addItem("pear")).status).toBe(401);
      });

      test("counts its sessions", async () => {
        // What is over may still be swept out, and so counted before and no more afterwards.
        if (store.livesIn === "server") await lab.server.empty();
        const before = Number(await sessions(lab.app1, id));
        const visitors = Array.from({ length: 7 }, () => lab.app1.visitor(id));
        for (const visitor of visitors) await visitor.login();
        await visitors[0]?.logout();
        await visitors[1]?.login();
        await lab.app1.visitor(id).whoami();
        expect(Number(await sessions(lab.app1, id)) - before).toBe(6);
      });
    });

  if (store.livesIn === "app-server")
    describe("which lives in the app server,", () => {
      test("counts what has ended, too, for as long as it holds it", async () => {
        await using lab = await startStoreLab(id, store);
        const [gone, returning] = [lab.app1.visitor(id), lab.app1.visitor(id)];
        for (const visitor of [gone, returning])
          await visitor.post("/login", { user: "a", nonce: "n", idleSeconds: 1 });
        await waitUntil("both to end", async () => !(await returning.whoami()).body.authenticated);
        expect(await sessions(lab.app1, id)).toBe(store.leaks ? 1 : 0);
        await gone.whoami();
        expect(await sessions(lab.app1, id)).toBe(0);
      });

      test("is unknown to other app servers", async () => {
        await using lab = await startStoreLab(id, store);
        const visitor = lab.app1.visitor(id);
        await visitor.login();
        expect((await lab.app2.visitor(id, visitor.cookie).whoami()).body.authenticated).toBe(false);
        expect([await sessions(lab.app1, id), await sessions(lab.app2, id)]).toEqual([1, 0]);
      });
    });

  if (store.livesIn === "server")
    describe("which lives in a server,", () => {
      let alice: Visitor;
      beforeEach(() => lab.server.empty());

      const logAliceIn = async () => {
        alice = lab.app1.visitor(id);
        await alice.login("alice");
        await alice.addItem("pear");
      };
      const who = async (app: TestApp) => (await app.visitor(id, alice.cookie).whoami()).body.user;

      test("is known to every app server, which all go on with it", async () => {
        await logAliceIn();
        const there = lab.app2.visitor(id, alice.cookie);
        await there.addItem("tea");
        expect((await there.whoami()).body).toMatchObject({
          user: "alice",
          cart: ["pear", "tea"],
          cartVersion: 2,
          appServer: "app2",
        });
        expect((await alice.whoami()).body).toMatchObject({
          user: "alice",
          cart: ["pear", "tea"],
          cartVersion: 2,
          appServer: "app1",
        });
        expect([await sessions(lab.app1, id), await sessions(lab.app2, id)]).toEqual([1, 1]);
      });

      test("holds nothing of those who logged out", async () => {
        await logAliceIn();
        expect(await lab.server.entries()).toHaveLength(1);
        await lab.app2.visitor(id, alice.cookie).logout();
        expect(await lab.server.entries()).toEqual([]);
        expect(await who(lab.app1)).toBeNull();
      });

      test("holds nothing of those who stayed away for too long, though nobody asks for them", async () => {
        const writes = await lab.server.countWrites();
        await lab.app1.visitor(id).post("/login", { user: "a", nonce: "n", idleSeconds: 1 });
        // Not by its entry, which may be gone already.
        expect(await lab.server.countWrites()).toBeGreaterThan(writes);
        await waitUntil("it to go", async () => (await lab.server.entries()).length === 0);
      });

      test("counts sessions, and nothing else that the server holds", async () => {
        await logAliceIn();
        await lab.server.addSomethingElse();
        expect(await sessions(lab.app1, id)).toBe(1);
      });

      test("is only read by /whoami, and its end draws nearer meanwhile", async () => {
        await logAliceIn();
        const writes = await lab.server.countWrites();
        const before = await onlyEntry(lab);
        await waitUntil("the end to draw nearer", async () => {
          await alice.whoami();
          return (await onlyEntry(lab)).endsInMs < before.endsInMs;
        });
        expect(before.endsInMs).toBeLessThanOrEqual(IDLE_MS);
        expect(before.endsInMs).toBeGreaterThan(29 * 60_000);
        expect(await lab.server.countWrites()).toBe(writes);
      });

      test("has its end put off by the page", async () => {
        await logAliceIn();
        const { key } = await onlyEntry(lab);
        await lab.server.endInAMinute(key);
        await alice.get("/");
        const { endsInMs } = await onlyEntry(lab);
        expect(endsInMs).toBeLessThanOrEqual(IDLE_MS);
        expect(endsInMs).toBeGreaterThan(29 * 60_000);
      });
    });
});

async function onlyEntry({ server }: StoreLab): Promise<{ key: string; endsInMs: number }> {
  const entries = await server.entries();
  expect(entries).toHaveLength(1);
  return entries[0]!;
}
