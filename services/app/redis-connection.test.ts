import { afterEach, describe, expect, test } from "vitest";
import redis from "./stores/redis.ts";
import { startFakeRedis } from "./testing/fake-redis.ts";
import { startSilentAddress } from "./testing/silent-address.ts";
import { startTestApp, type TestApp } from "./testing/test-app.ts";
import { SOON_MS, waitUntil } from "./testing/wait-until.ts";

const apps: TestApp[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

/** `patience` 1: with the timeouts that are tested here. */
async function startWith(url: string, { patience = 1, password = "" } = {}) {
  const env = { REDIS_URL: url, REDIS_PASSWORD: password };
  const app = await startTestApp({ stores: new Map([["redis", redis]]), env, patience });
  apps.push(app);
  return app;
}

const is = (status: number, app: TestApp) => async () => (await app.visitor("redis").whoami()).status === status;

describe("a Redis that refuses connections", () => {
  test("is a 503 at once, with the reason", async () => {
    const app = await startWith("redis://127.0.0.1:1", { patience: 20 });
    const { status, body, tookMs } = await app.visitor("redis").whoami();
    const reason = "no connection to 127.0.0.1:1 (connect ECONNREFUSED 127.0.0.1:1)";
    expect([status, body]).toEqual([503, { error: "store unreachable", store: "redis", appServer: "app1", reason }]);
    expect(tookMs).toBeLessThan(SOON_MS);
  });
});

describe("a Redis that asks for a password", () => {
  test("is used by an app server that knows it", async () => {
    await using fake = await startFakeRedis();
    fake.password = "sesame";
    const app = await startWith(fake.url, { patience: 20, password: "sesame" });
    expect((await app.visitor("redis").login()).status).toBe(200);
  });

  test.each([
    ["", "NOAUTH Authentication required."],
    ["a guess", "WRONGPASS invalid username-password pair or user is disabled."],
  ])(
    "is a 503 for one that says %j: nobody is taken for a stranger, and the reason is said",
    async (password, says) => {
      await using fake = await startFakeRedis();
      fake.password = "sesame";
      const app = await startWith(fake.url, { patience: 20, password });
      const { status, body } = await app.visitor("redis").whoami();
      const { host } = new URL(fake.url);
      const reason = `${host} does not take the password of this app server, REDIS_PASSWORD (${says})`;
      expect([status, body]).toEqual([503, { error: "store unreachable", store: "redis", appServer: "app1", reason }]);
      expect((await app.visitor("redis").login()).status).toBe(503);
      expect(app.lines).toEqual([`store redis: ${host} is unreachable: ${says}`]);
      expect(fake.data.size).toBe(0);

      fake.password = password;
      await waitUntil("the store to be used", is(200, app));
    },
  );
});

describe("an address that stays silent, as that of a killed container does", () => {
  test("is given up soon, to be tried anew", async () => {
    await using silent = await startSilentAddress();
    const app = await startWith(silent.url);
    await waitUntil("the connection to be given up", () => app.lines.length > 0, { deadlineMs: SOON_MS });
    expect(app.lines).toEqual([
      expect.stringMatching(/^store redis: 127\.0\.0\.1:\d+ is unreachable: connect ETIMEDOUT$/),
    ]);
  });
});

describe("a Redis that says nothing", () => {
  test("from the beginning: the app server starts all the same and answers 503", async () => {
    await using fake = await startFakeRedis();
    fake.silent = ["HELLO", "CLIENT", "INFO"];
    const startedMs = performance.now();
    const app = await startWith(fake.url);
    expect(performance.now() - startedMs).toBeLessThan(SOON_MS);
    const { status, tookMs } = await app.visitor("redis").whoami();
    expect(status).toBe(503);
    expect(tookMs).toBeLessThan(SOON_MS);
  });

  test("from the beginning: is asked again soon, though it never hangs up", async () => {
    await using fake = await startFakeRedis();
    fake.silent = ["HELLO", "CLIENT", "INFO"];
    await startWith(fake.url);
    const greetings = () => fake.commands.filter((command) => command.startsWith("hello"));
    await waitUntil("a second greeting", () => greetings().length >= 2);
  });

  test("to a command: 503 soon, with the reason", async () => {
    await using fake = await startFakeRedis();
    const app = await startWith(fake.url);
    await waitUntil("the connection", () => app.lines.at(-1)?.endsWith("is reachable"));
    fake.silent = ["GET"];
    const { status, body, tookMs } = await app.visitor("redis").whoami();
    expect([status, body]).toMatchObject([
      503,
      { reason: expect.stringMatching(/^127\.0\.0\.1:\d+ did not answer within 500 ms$/) },
    ]);
    expect(tookMs).toBeLessThan(SOON_MS);
  });

  test("to nobody, because nobody asks: is found out all the same, and the first visitor afterwards is served", async () => {
    await using fake = await startFakeRedis();
    const app = await startWith(fake.url, { patience: 3 });
    fake.silent = ["PING"];
    await waitUntil("the silence to end the connection", () => app.lines.some((line) => line.includes("unreachable")));
    fake.silent = [];
    await waitUntil("the connection to be back", () => app.lines.at(-1)?.endsWith("is reachable"));
    expect((await app.visitor("redis").whoami()).status).toBe(200);
  });

  test("is used again as soon as it speaks", async () => {
    await using fake = await startFakeRedis();
    const app = await startWith(fake.url);
    fake.silent = ["HELLO", "CLIENT", "INFO", "GET"];
    await app.visitor("redis").whoami();
    await waitUntil("the silence to end the connection", () => app.lines.some((line) => line.includes("unreachable")));
    fake.silent = [];
    expect(await waitUntil("the store to be used again", is(200, app))).toBeLessThan(SOON_MS);
  });
});

describe("a Redis that loads its data set", () => {
  test("is a 503 until it has loaded, and is used soon after", async () => {
    await using fake = await startFakeRedis();
    fake.loading = true;
    const app = await startWith(fake.url);
    await waitUntil("the app server to look", () => fake.commands.includes("info"));
    const { status, body } = await app.visitor("redis").whoami();
    const reason = expect.stringMatching(
      /^127\.0\.0\.1:\d+ accepts connections, but is not ready \(it loads its data, or is frozen\)$/,
    );
    expect([status, body]).toMatchObject([503, { reason }]);
    fake.loading = false;
    expect(await waitUntil("the store to be used", is(200, app))).toBeLessThan(SOON_MS);
  });
});

describe("a write that got no answer", () => {
  test("is never sent again: it could undo a newer one", async () => {
    await using fake = await startFakeRedis();
    const app = await startWith(fake.url, { patience: 3 });
    const visitor = app.visitor("redis");
    await visitor.login();
    fake.silent = ["SET"];
    expect((await visitor.addItem("pear")).status).toBe(503);
    fake.silent = [];
    fake.dropConnections();
    await waitUntil("the connection to be back", is(200, app));
    expect((await visitor.whoami()).body.cart).toEqual([]);
    expect(fake.commands.filter((command) => command.startsWith("set "))).toHaveLength(2);
  });

  test("fails at once when its connection breaks", async () => {
    await using fake = await startFakeRedis();
    const app = await startWith(fake.url, { patience: 60 });
    fake.silent = ["SET"];
    const answer = app.visitor("redis").login();
    await waitUntil("the write to arrive", () => fake.commands.some((command) => command.startsWith("set ")), {
      everyMs: 1,
    });
    const brokenMs = performance.now();
    fake.dropConnections();
    expect((await answer).status).toBe(503);
    expect(performance.now() - brokenMs).toBeLessThan(SOON_MS);
  });
});

describe("a connection that comes and goes", () => {
  test("is told in one line per change, and is named after the app server", async () => {
    await using fake = await startFakeRedis();
    const app = await startWith(fake.url, { patience: 20 });
    for (let time = 0; time < 2; time++) {
      fake.dropConnections();
      await waitUntil("the loss to be noticed", () => app.lines.length === 2 * time + 2);
      await waitUntil("the connection to be back", is(200, app));
    }
    const words = app.lines.map((line) => line.replace(/127\.0\.0\.1:\d+/, "<address>"));
    const [up, down] = [
      "store redis: <address> is reachable",
      "store redis: <address> is unreachable: connection closed",
    ];
    expect(words).toEqual([up, down, up, down, up]);
    expect(fake.commands).toContain("client setname app1");
  });
});
