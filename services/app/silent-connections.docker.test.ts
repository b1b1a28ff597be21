/** Connections to a store's server die and nobody says so, nor does anybody ask meanwhile: what the next visitor meets. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadStoreFiles } from "./store-files.ts";
import { startRelay } from "./testing/relay.ts";
import { startStoreServer } from "./testing/store-server.ts";
import { storeServerKinds } from "./testing/store-server-kinds.ts";
import { startTestApp } from "./testing/test-app.ts";
import { waitUntil } from "./testing/wait-until.ts";

/** Servers of a group tell each other's addresses, past any relay: cli/lab/heal-services.docker.test.ts cuts these off. */
const stores = [...(await loadStoreFiles())].filter(([, { server, group }]) => server !== null && group === undefined);

/** More than an app server has connections to any store. */
const crowd = Array.from({ length: 12 });

describe.each(stores)("%s", (id, store) => {
  const { count = 0, madeBeforeUse = false } = storeServerKinds.get(store.kind ?? "")?.connections ?? {};
  let server: Awaited<ReturnType<typeof startStoreServer>>;
  let relay: Awaited<ReturnType<typeof startRelay>>;
  let app: Awaited<ReturnType<typeof startTestApp>>;
  beforeAll(async () => {
    server = await startStoreServer(store);
    relay = await startRelay(Number(new URL(server.url).port));
    const url = new URL(server.url);
    url.port = `${relay.port}`;
    app = await startTestApp({
      stores: new Map([[id, store]]),
      env: { [`${store.server?.toUpperCase().replaceAll("-", "_")}_URL`]: url.href },
      // A busy machine is no dead server.
      patience: 3,
    });
  });
  afterAll(async () => {
    await app?.close();
    await relay?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const health = async () => (await app.visitor(id).get("/healthz")).status;
  const comes = async () => (await Promise.all(crowd.map(() => app.visitor(id).whoami()))).map(({ status }) => status);

  test("the first crowd after the connections died meets none of them, though nobody asked before", async () => {
    await waitUntil("the store to work", async () => (await health()) === 200);
    expect(relay.living()).toBe(count);
    relay.fallSilent();
    const isBack = () => !madeBeforeUse || app.lines.at(-1)?.endsWith("is reachable");
    await waitUntil("the app server to give them up", () => relay.silent.size === 0 && isBack());
    expect(new Set(await comes())).toEqual(new Set([200]));
  });

  test.runIf(count > 1)("its health is good only when every connection answers", async () => {
    await waitUntil("the store to work", async () => (await health()) === 200);
    relay.fallSilent(1);
    expect(await health()).toBe(503);
    await waitUntil("the store to work again", async () => (await health()) === 200);
    expect([relay.silent.size, relay.living()]).toEqual([0, count]);
  });
});
