import { connectToRedisServer } from "../redis-connection.ts";
import { defineStore, IDLE_SECONDS, StoreUnreachableError } from "../store.ts";
import { openTokenSessionStore } from "../token-session-store.ts";

/** `denied:<session id>`, gone by itself when the last token of that session has expired (token-session-store.ts sees to that). */
const PREFIX = "denied:";

/**
 * On the server with an append-only file: a denylist that forgets lets everybody back in who was logged out. Every request asks
 * it, and without its answer there is none: a copied token must not open a session because Redis is away.
 */
export default defineStore({
  title: "Signed token, revocable through Redis",
  what: "A session lives in a signed cookie that the browser brings along; a list in Redis, asked at every request, names the sessions that were logged out.",
  livesIn: "browser",
  server: "redis-aof",
  kind: "redis",
  persistence: "append-only",
  open: async (context) => {
    const { redis, reasonOf, close } = await connectToRedisServer("redis-aof", context);
    const ask = async <Answer>(command: Promise<Answer>): Promise<Answer> => {
      try {
        return await command;
      } catch (error) {
        throw new StoreUnreachableError(reasonOf(error as Error), error);
      }
    };
    return {
      ...openTokenSessionStore(context, {
        has: async (sid) => (await ask(redis.exists(PREFIX + sid))) === 1,
        add: async (sid) => void (await ask(redis.set(PREFIX + sid, "1", "EX", IDLE_SECONDS))),
      }),
      countSessions: async () => {
        await ask(redis.ping());
        return null;
      },
      close,
    };
  },
});
