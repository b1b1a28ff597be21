/** Sessions in Redis as connect-redis keeps them: one string per session, `sess:<id>` -> JSON, with the idle time as its TTL. */
import { RedisStore } from "connect-redis";
import type { Redis } from "ioredis";
import { openExpressSessionStore } from "./express-session-store.ts";
import { connectToRedis } from "./redis-connection.ts";
import type { OpenStore, StoreContext } from "./store.ts";

const PREFIX = "sess:";
/** Keys that one SCAN looks at: large enough for few round trips, small enough not to hold Redis up. */
const SCAN_COUNT = 1000;

/** `server` is the Compose service, and so the host name; the variable REDIS_AOF_URL moves `redis-aof` elsewhere. */
export async function openRedisSessionStore(server: string, context: StoreContext): Promise<OpenStore> {
  const variable = `${server.toUpperCase().replaceAll("-", "_")}_URL`;
  const url = context.env[variable] || `redis://${server}:6379`;
  const log = (line: string) => context.log(`store ${server}: ${line}`);
  const { redis, reasonOf, close } = await connectToRedis({ url, connectionName: context.appServer, log });
  return openExpressSessionStore({
    store: new RedisStore({ client: redis, prefix: PREFIX }),
    cookie: context.cookie,
    countSessions: () => countKeys(redis),
    reasonOf,
    close,
  });
}

/** SCAN may name a key twice (https://redis.io/docs/latest/commands/scan/), hence the set. */
async function countKeys(redis: Redis): Promise<number> {
  const keys = new Set<string>();
  let cursor = "0";
  do {
    const [next, found] = await redis.scan(cursor, "MATCH", `${PREFIX}*`, "COUNT", SCAN_COUNT);
    for (const key of found) keys.add(key);
    cursor = next;
  } while (cursor !== "0");
  return keys.size;
}
