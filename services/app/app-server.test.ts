import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { startAppServer } from "./app-server.ts";
import { defineStore } from "./store.ts";
import memory from "./stores/memory.ts";

test("an app server that ends answers what is under way, and keeps no connection open after that", async () => {
  let arrived = () => {};
  let goOn = () => {};
  const asked = new Promise<void>((resolve) => (arrived = resolve));
  const waits = new Promise<void>((resolve) => (goOn = resolve));
  const slow = defineStore({
    ...memory,
    open: async (context) => {
      const store = await memory.open(context);
      const sessionOf: typeof store.sessionOf = async (...request) => {
        arrived();
        await waits;
        return store.sessionOf(...request);
      };
      return { ...store, sessionOf };
    },
  });
  const server = await startAppServer({
    appServer: "app1",
    port: 0,
    host: "127.0.0.1",
    balancerSecret: "b",
    cookie: { name: "sid", secret: "s" },
    env: {},
    stores: new Map([["slow", slow]]),
    log: () => {},
    // Longer than a test may take: what ends it is the answer.
    closingGraceMs: 600_000,
  });
  const agent = new Agent({ keepAlive: true });
  const headers = { "X-Session-Store": "slow", "X-Balancer-Secret": "b" };
  const asking = get({ host: "127.0.0.1", port: server.port, path: "/whoami", agent, headers });
  await asked;

  const closed = server.close();
  goOn();

  const [response] = (await once(asking, "response")) as [IncomingMessage];
  expect(JSON.parse(await text(response))).toMatchObject({ authenticated: false, appServer: "app1" });
  await closed;
  agent.destroy();
});
