/** Sessions in Redis as connect-redis keeps them: one string per session, `sess:<id>` -> JSON, with the idle time as its TTL. */
import { RedisStore } from "connect-redis";
import { Cluster, type Redis } from "ioredis";
import { openExpressSessionStore } from "./express-session-store.ts";
import { mastersOf } from "./redis-cluster-connection.ts";
import { connectToRedisServer, type RedisConnection } from "./redis-connection.ts";
import type { OpenStore, StoreContext } from "./store.ts";

/** Keys that one SCAN looks at: large enough for few round trips, small enough not to hold Redis up. */
const SCAN_COUNT = 1000;

/** `prefix`: stores that share a server must not share their keys. */
export async function openRedisSessionStore(
  server: string,
  context: StoreContext,
  { prefix = "sess:" } = {},
): Promise<OpenStore> {
  return sessionsIn(await connectToRedisServer(server, context), context, { prefix });
}

/** The store over a connection that is there already. */
export function sessionsIn(
  { redis, reasonOf, close }: RedisConnection<Redis | Cluster>,
  { cookie }: StoreContext,
  { prefix = "sess:" } = {},
): OpenStore {
  return openExpressSessionStore({
    store: new RedisStore({ client: redis, prefix }),
    cookie,
    countSessions: () => countKeys(redis, prefix),
    reasonOf,
    close,
  });
}

/** In a cluster each master has keys of its own. SCAN may name a key twice (https://redis.io/docs/latest/commands/scan/), hence the set. */
export async function countKeys(redis: Redis | Cluster, prefix: string): Promise<number> {
  const servers = redis instanceof Cluster ? await mastersOf(redis) : [redis];
  const keys = await Promise.all(servers.map((server) => keysOf(server, prefix)));
  return keys.reduce((sum, { size }) => sum + size, 0);
}

async function keysOf(redis: Redis, prefix: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  let cursor = "0";
  do {
    const [next, found] = await redis.scan(cursor, "MATCH", `${prefix}*`, "COUNT", SCAN_COUNT);
    for (const key of found) keys.add(key);
    cursor = next;
  } while (cursor !== "0");
  return keys;
}
