import type { StoreDefinition } from "../store.ts";
import { type StoreServer, startStoreServer } from "./store-server.ts";
import { startTestApp, type TestApp, type TestAppOptions } from "./test-app.ts";

/**
 * The store's real server, if it has one, and two app servers that share it as well as it can be shared.
 * @param options what both app servers are started with, too
 */
export async function startStoreLab(
  id: string,
  store: StoreDefinition,
  options: Pick<TestAppOptions, "patience"> = {},
) {
  const server = store.server === null ? null : await startStoreServer(store);
  const env = { [`${store.server?.toUpperCase().replaceAll("-", "_")}_URL`]: server?.url ?? "" };
  const startApp = (appServer: string, more: Pick<TestAppOptions, "patience"> = {}) =>
    startTestApp({ appServer, stores: new Map([[id, store]]), env, ...options, ...more });
  const [app1, app2] = [await startApp("app1"), await startApp("app2")];
  return {
    /** Absent where a store has no server: whoever uses it knows. */
    server: server as StoreServer,
    app1,
    app2,
    startApp,
    async [Symbol.asyncDispose]() {
      await Promise.all([app1.close(), app2.close()]);
      await server?.[Symbol.asyncDispose]();
    },
  };
}

export type StoreLab = Awaited<ReturnType<typeof startStoreLab>>;

/** How many sessions an app server sees; null where nobody can know. */
export async function sessions(app: TestApp, id: string): Promise<number | null> {
  const { body } = await app.visitor(id).get<{ sessions: number | null }>("/healthz");
  return body.sessions;
}
