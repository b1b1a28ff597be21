/** Sessions in Redis as connect-redis keeps them: one string per session, `sess:<id>` -> JSON, with the idle time as its TTL. */
import { RedisStore } from "connect-redis";
import type { Redis } from "ioredis";
import { openExpressSessionStore } from "./express-session-store.ts";
import { connectToRedisServer } from "./redis-connection.ts";
import type { OpenStore, StoreContext } from "./store.ts";

/** Keys that one SCAN looks at: large enough for few round trips, small enough not to hold Redis up. */
const SCAN_COUNT = 1000;

/** `prefix`: stores that share a server must not share their keys. */
export async function openRedisSessionStore(
  server: string,
  context: StoreContext,
  { prefix = "sess:" } = {},
): Promise<OpenStore> {
  const { redis, reasonOf, close } = await connectToRedisServer(server, context);
  return openExpressSessionStore({
    store: new RedisStore({ client: redis, prefix }),
    cookie: context.cookie,
    countSessions: () => countKeys(redis, prefix),
    reasonOf,
    close,
  });
}

/** SCAN may name a key twice (https://redis.io/docs/latest/commands/scan/), hence the set. */
export async function countKeys(redis: Redis, prefix: string): Promise<number> {
  const keys = new Set<string>();
  let cursor = "0";
  do {
    const [next, found] = await redis.scan(cursor, "MATCH", `${prefix}*`, "COUNT", SCAN_COUNT);
    for (const key of found) keys.add(key);
    cursor = next;
  } while (cursor !== "0");
  return keys.size;
}
