import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defineStore, StoreUnreachableError } from "./store.ts";
import memory from "./stores/memory.ts";
import { startTestApp, type TestApp } from "./testing/test-app.ts";

const away = defineStore({
  ...memory,
  open: async () => ({
    sessionOf: () => Promise.reject(new StoreUnreachableError("nobody at home")),
    countSessions: () => Promise.reject(new StoreUnreachableError("nobody at home")),
    close: async () => {},
  }),
});

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({
    stores: new Map([
      ["away", away],
      ["memory", memory],
    ]),
  });
});
afterAll(() => app.close());

describe("GET /healthz", () => {
  test("without a store says only that the process answers, whatever becomes of the stores", async () => {
    const response = await fetch(`${app.url}/healthz`);
    expect([response.status, await response.json()]).toEqual([200, { appServer: "app1", bootId: app.bootId }]);
  });

  test("counts the sessions of a store, and opens none itself", async () => {
    const visitors = [app.visitor(), app.visitor(), app.visitor()];
    for (const visitor of visitors) await visitor.login();
    await visitors[0]?.logout();
    await app.visitor().whoami();
    const { status, body } = await app.visitor().get("/healthz");
    const about = { appServer: "app1", bootId: app.bootId, store: "memory" };
    expect([status, body]).toEqual([200, { ...about, reachable: true, sessions: 2 }]);
  });

  test("says 503 and why when the store is unreachable", async () => {
    const { status, body } = await app.visitor("away").get("/healthz");
    const about = { appServer: "app1", bootId: app.bootId, store: "away" };
    expect([status, body]).toEqual([503, { ...about, reachable: false, reason: "nobody at home" }]);
  });

  test("knows no unknown store", async () => {
    expect((await app.visitor("nosuch").get("/healthz")).status).toBe(404);
  });
});
