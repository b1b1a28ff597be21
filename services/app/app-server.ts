/** A running app server: its stores open, its port listening. */
import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createApp } from "./app.ts";
import type { CatalogueEntry } from "./app-context.ts";
import { openOnFirstUse } from "./open-on-first-use.ts";
import type { Settings } from "./settings.ts";
import type { StoreContext, StoreDefinition } from "./store.ts";

/** Longer than nginx keeps an idle upstream connection (`keepalive_timeout`, a minute unless told): so nginx closes first, never under a request. */
const KEEP_ALIVE_MS = 75_000;
const CLOSING_GRACE_MS = 300;

export interface AppServerOptions extends Settings {
  /** Where to listen; all addresses unless told. */
  readonly host?: string;
  readonly env: StoreContext["env"];
  readonly stores: ReadonlyMap<string, StoreDefinition>;
  /** See StoreContext; 1 unless told. More is for machines that are busy with something else. */
  readonly patience?: number;
  /** How long requests that are under way at the end may take. */
  readonly closingGraceMs?: number;
  readonly log: (line: string) => void;
}

export interface RunningAppServer {
  readonly port: number;
  readonly bootId: string;
  close(): Promise<void>;
}

/** Throws when the port is taken. Stores whose server does not answer are no reason not to start. */
export async function startAppServer(options: AppServerOptions): Promise<RunningAppServer> {
  const { appServer, balancerSecret, cookie, env, log, stores, host } = options;
  const { patience = 1, closingGraceMs = CLOSING_GRACE_MS } = options;
  const bootId = randomUUID();
  const catalogue = await openAll(stores, { appServer, cookie, env, patience, log });
  const closeStores = () => Promise.all([...catalogue.values()].map(({ open }) => open.close()));
  const context = { appServer, bootId, balancerSecret, catalogue, log };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, createApp(context));
  // When the app server ends, so does each connection as soon as its request is answered: a balancer that keeps connections would
  // go on using it.
  server.on("request", (_, response) =>
    response.once("close", () => server.listening || server.closeIdleConnections()),
  );
  try {
    await listen(server, { port: options.port, host });
  } catch (error) {
    await closeStores();
    throw error;
  }
  return {
    port: (server.address() as AddressInfo).port,
    bootId,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.race([closed, delay(closingGraceMs, undefined, { ref: false })]);
      server.closeAllConnections();
      await closeStores();
    },
  };
}

async function openAll(
  stores: AppServerOptions["stores"],
  context: Omit<StoreContext, "store">,
): Promise<Map<string, CatalogueEntry>> {
  const entries = [...stores].map(async ([id, definition]): Promise<[string, CatalogueEntry]> => {
    const { title, what, profile } = definition;
    const open = () => definition.open({ ...context, store: id });
    // Nobody knows whether an optional server runs: an app server must not wait for it, nor knock at its door for ever.
    return [id, { id, title, what, open: profile === undefined ? await open() : openOnFirstUse(open) }];
  });
  return new Map(await Promise.all(entries));
}

function listen(server: Server, address: { port: number; host: string | undefined }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, () => resolve());
  });
}
