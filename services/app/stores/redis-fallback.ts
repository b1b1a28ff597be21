import { withIdentityFallback } from "../identity-fallback.ts";
import { openRedisSessionStore } from "../redis-session-store.ts";
import { defineStore } from "../store.ts";

/** Beside redis-aof's sessions on that server, under keys of its own. */
export default defineStore({
  title: "Redis, with an identity to fall back to",
  what: "A session lives in a Redis server that all app servers share; while that is away, a signed cookie, or a copy of it, still says who one is, without the cart.",
  livesIn: "server",
  server: "redis-aof",
  kind: "redis",
  persistence: "append-only",
  fallback: true,
  open: async (context) =>
    withIdentityFallback(await openRedisSessionStore("redis-aof", context, { prefix: "fallback:" }), context),
});
