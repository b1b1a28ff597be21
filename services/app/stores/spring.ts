import { openExpressSessionStore } from "../express-session-store.ts";
import { connectToRedisServer } from "../redis-connection.ts";
import { countKeys } from "../redis-session-store.ts";
import { SPRING_PREFIX, SpringSessionStore } from "../spring-session-store.ts";
import { defineStore } from "../store.ts";

/** Beside redis-aof's own sessions on that server: the layout is another, the fates are the same. */
export default defineStore({
  title: "Redis in Spring Session's layout",
  what: "A session lives as a hash of fields, as Spring Session writes it, in a Redis server that all app servers share and that adds every change to a file.",
  livesIn: "server",
  server: "redis-aof",
  kind: "redis",
  persistence: "append-only",
  open: async (context) => {
    const { redis, reasonOf, close } = await connectToRedisServer("redis-aof", context);
    return openExpressSessionStore({
      store: new SpringSessionStore(redis),
      cookie: context.cookie,
      countSessions: () => countKeys(redis, SPRING_PREFIX),
      reasonOf,
      close,
    });
  },
});
