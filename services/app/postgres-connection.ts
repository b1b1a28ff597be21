/**
 * The only door to PostgreSQL: a pool that would rather say no at once than keep a visitor waiting. It connects when somebody asks,
 * so an app server whose lab runs without the database never speaks of it.
 */
import { Client, type ClientConfig, Pool } from "pg";
import { watchIdleConnections } from "./postgres-idle-connections.ts";
import type { StoreContext } from "./store.ts";

/** From sending a query to giving up on it. */
const QUERY_TIMEOUT_MS = 700;
/** Until a connection can be used: a killed container's address does not refuse, and a frozen server accepts and never answers. */
const CONNECT_TIMEOUT_MS = 500;
/** Until a visitor who came in a crowd has a connection. */
const WAIT_TIMEOUT_MS = 1_500;
/** Of each app server; a stock PostgreSQL has 100 for all (`max_connections`). */
const CONNECTIONS = 10;

/** The pool has one timeout for waiting and connecting; a connection of its own gives up sooner. */
const clientThatConnectsWithin = (connectionTimeoutMillis: number) =>
  class extends Client {
    constructor(config: ClientConfig = {}) {
      // The pool keeps the password from being enumerated, so a copy by itself lacks it (pg-pool/index.js).
      super({ ...config, password: config.password, connectionTimeoutMillis });
    }
  };

export interface PostgresConnection {
  readonly pool: Pool;
  /** Uses every connection that the pool may have, and opens those that are missing. Rejects when one does not answer. */
  useAll(): Promise<void>;
  /** What to tell people about a query that failed. */
  reasonOf(error: Error): string;
  close(): Promise<void>;
}

/** The variable POSTGRES_URL moves the server elsewhere; the password is in POSTGRES_PASSWORD, or in that URL. */
export function openPostgres({ store, appServer, env, patience, log }: StoreContext): PostgresConnection {
  const { hostname, port, username, password, pathname, host } = new URL(
    env.POSTGRES_URL || "postgres://lab@postgres:5432/lab",
  );
  const pool = new Pool({
    host: hostname,
    port: Number(port || 5432),
    user: username,
    password: decodeURIComponent(password) || env.POSTGRES_PASSWORD || "",
    database: pathname.slice(1),
    application_name: appServer,
    query_timeout: QUERY_TIMEOUT_MS * patience,
    connectionTimeoutMillis: WAIT_TIMEOUT_MS * patience,
    max: CONNECTIONS,
    idleTimeoutMillis: 0,
    Client: clientThatConnectsWithin(CONNECT_TIMEOUT_MS * patience),
    keepAlive: true,
  });
  const becomes = watchState((text) => log(`store ${store}: ${host} ${text}`));
  pool.on("connect", () => becomes(true, "is reachable"));
  // One connection may have died alone: what the others answer counts, too.
  pool.on("release", (error) => error || becomes(true, "is reachable"));
  // Of a connection that nobody uses at the moment.
  pool.on("error", (error) => becomes(false, `is unreachable: ${error.message}`));
  const explain = (error: Error) => {
    const reason =
      error.message === "Query read timeout" ? `no answer within ${QUERY_TIMEOUT_MS * patience} ms` : error.message;
    becomes(false, `is unreachable: ${reason}`);
    return `${host}: ${reason}`;
  };
  const idle = watchIdleConnections(pool, { onDead: explain });

  return {
    pool,
    useAll: idle.useAll,
    reasonOf(error) {
      // Where one connection was dead others may be.
      void idle.ask();
      return explain(error);
    },
    close() {
      idle.stop();
      return pool.end();
    },
  };
}

/** Says one line when the state changes, however often it is tried meanwhile. */
function watchState(say: (text: string) => void): (reachable: boolean, text: string) => void {
  let last: boolean | null = null;
  return (reachable, text) => {
    if (last !== reachable) say(text);
    last = reachable;
  };
}
