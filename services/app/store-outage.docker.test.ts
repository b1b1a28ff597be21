/** What every session store that needs a server must do when that server is away, run over all such files of stores/. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { loadStoreFiles } from "./store-files.ts";
import { type StoreLab, startStoreLab } from "./testing/store-lab.ts";
import type { StoreServer } from "./testing/store-server.ts";
import type { TestApp, Visitor } from "./testing/test-app.ts";
import { SOON_MS, waitUntil } from "./testing/wait-until.ts";

const stores = [...(await loadStoreFiles())];

/** For an app server's answer (proxy_read_timeout in nginx/nginx.conf). */
const NGINX_WAITS_MS = 2_000;

describe.each(stores.filter(([, { server }]) => server !== null))("%s", (id, store) => {
  let lab: StoreLab;
  let alice: Visitor;
  beforeAll(async () => {
    lab = await startStoreLab(id, store, { patience: 1 });
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  const mend = async () => {
    await lab.server.unpause().catch(() => {});
    await lab.server.start();
    await lab.server.isReady();
    await lab.server.empty();
  };
  const logAliceIn = async () => {
    await works(lab.app1);
    alice = lab.app1.visitor(id);
    // These app servers are hasty: on a busy machine a store that is well may be too slow for them.
    await waitUntil("the login", async () => (await alice.login("alice")).status === 200);
    await waitUntil("an item", async () => (await alice.addItem("pear")).status === 200);
  };
  const works = (app: TestApp) =>
    waitUntil("the store to work", async () => (await app.visitor(id).whoami()).status === 200);
  /** A 503 says nothing of a session, and an identity that stands in for it nothing of its end. */
  const definitiveAnswer = async (visitor: Visitor) => {
    let answer = await visitor.whoami();
    const isDefinitive = () => answer.status === 200 && !answer.body.degraded;
    await waitUntil("a definitive answer", async () => {
      if (!isDefinitive()) answer = await visitor.whoami();
      return isDefinitive();
    });
    return answer.body;
  };
  const who = async (app: TestApp) => (await definitiveAnswer(app.visitor(id, alice.cookie))).user;

  describe.each([
    ["frozen", (it: StoreServer) => it.pause(), (it: StoreServer) => it.unpause()],
    ["killed", (it: StoreServer) => it.kill(), (it: StoreServer) => it.start()],
  ])("when the server is %s", (_, breakIt, mendIt) => {
    let lines: number;
    beforeAll(async () => {
      await logAliceIn();
      lines = lab.app1.lines.length;
      await breakIt(lab.server);
    });
    afterAll(mend);

    test("answers 503 before nginx gives up to strangers and to all writes, and never that somebody is anonymous", async () => {
      const stranger = lab.app1.visitor(id);
      const answers = [
        await stranger.whoami(),
        await alice.addItem("tea"),
        await stranger.login(),
        await alice.logout(),
        await stranger.get("/"),
        await alice.get("/healthz"),
        await lab.app2.visitor(id).whoami(),
      ];
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
      expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(NGINX_WAITS_MS);
      expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
      expect(answers.map(({ body }) => Object.hasOwn(body, "authenticated"))).toEqual(answers.map(() => false));
      expect(answers[0]?.body).toEqual({
        error: "store unreachable",
        store: id,
        appServer: "app1",
        reason: expect.any(String),
      });
    });

    test(`tells before nginx gives up who is logged in ${store.fallback ?? false}, as its facts say`, async () => {
      const answers = [await alice.whoami(), await lab.app2.visitor(id, alice.cookie).whoami(), await alice.get("/")];
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => (store.fallback ? 200 : 503)));
      expect(answers[0]?.body.degraded).toBe(store.fallback);
      expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(NGINX_WAITS_MS);
    });

    test("answers the page with a 503 that says so", async () => {
      const { status, text } = await lab.app1.visitor(id).get("/", { Accept: "text/html" });
      expect(status).toBe(503);
      expect(text).toContain("the session store does not answer");
    });

    test("works again soon after the server does, without a restart", async () => {
      await mendIt(lab.server);
      await lab.server.isReady();
      expect(Math.max(await works(lab.app1), await works(lab.app2))).toBeLessThan(SOON_MS);
    });

    test("has said one line when the server went and one when it came", async () => {
      // Asked, since a connection to PostgreSQL is made for somebody.
      await waitUntil("the server to be reachable", async () => {
        await lab.app1.visitor(id).whoami();
        return lab.app1.lines.at(-1)?.endsWith("is reachable");
      });
      const said = lab.app1.lines
        .slice(lines)
        .join("\n")
        .replaceAll(/(the \w+ of )?127\.0\.0\.1:\d+(, 127\.0\.0\.1:\d+)*/g, "<address>");
      expect(said).toMatch(
        new RegExp(`^store ${id}: <address> is unreachable: .+\nstore ${id}: <address> is reachable$`),
      );
    });
  });

  describe("what it holds", () => {
    afterEach(mend);

    test("survives in a frozen server", async () => {
      await logAliceIn();
      await lab.server.pause();
      await alice.whoami();
      await lab.server.unpause();
      await works(lab.app1);
      expect(await who(lab.app1)).toBe("alice");
    });

    const keepsOn = {
      kill: store.persistence === "append-only" || store.persistence === "write-ahead-log",
      stop: store.persistence !== "none",
    };

    test.each(["kill", "stop"] as const)(
      `with persistence "${store.persistence}" is there after a %s, or is not; who was logged out stays out`,
      async (end) => {
        await logAliceIn();
        const bob = lab.app1.visitor(id);
        await waitUntil("bob's login", async () => (await bob.login("bob")).status === 200);
        const { cookie } = bob;
        await waitUntil("bob's logout", async () => (await bob.logout()).status === 200);
        await lab.server[end]();
        await lab.server.start();
        await works(lab.app1);
        expect((await who(lab.app1)) === "alice").toBe(store.livesIn === "browser" || keepsOn[end]);
        expect((await definitiveAnswer(lab.app1.visitor(id, cookie))).authenticated).toBe(false);
      },
    );

    test.runIf(store.kind === "redis" && store.group?.holds !== "parts")(
      "answers 503 while the server loads its data",
      async () => {
        await logAliceIn();
        const statuses = new Set<number>();
        await lab.server.loadAgain?.(() =>
          waitUntil("loading to begin", async () =>
            statuses.add((await lab.app1.visitor(id).whoami()).status).has(503),
          ),
        );
        await works(lab.app1);
        expect([...statuses].filter((status) => status !== 200)).toEqual([503]);
        expect(await who(lab.app1)).toBe("alice");
      },
    );

    test("is away, and back, for an app server that nobody asks: its first visitor afterwards is served", async () => {
      // So patient that a busy machine is not taken for a dead server.
      await using quiet = await lab.startApp("app1", { patience: 3 });
      await works(quiet);
      const from = quiet.lines.length;
      await lab.server.pause();
      await waitUntil("the app server to find out", () =>
        quiet.lines.slice(from).some((line) => /unreachable/.test(line)),
      );
      await lab.server.unpause();
      await lab.server.isReady();
      await waitUntil("the app server to be back", () => quiet.lines.at(-1)?.endsWith("is reachable"));
      expect((await quiet.visitor(id).whoami()).status).toBe(200);
    });

    test("is used by app servers that started before the server", async () => {
      await lab.server.kill();
      await using early = await lab.startApp("app1");
      expect((await early.visitor(id).whoami()).status).toBe(503);
      await lab.server.start();
      await lab.server.isReady();
      expect(await works(early)).toBeLessThan(SOON_MS);
    });
  });
});
