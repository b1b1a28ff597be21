import { openRedisSessionStore } from "../redis-session-store.ts";
import { defineStore } from "../store.ts";

/** `redis-server --appendonly yes --appendfsync everysec`. */
export default defineStore({
  title: "Redis with an append-only file",
  what: "A session lives in a Redis server that all app servers share; the server adds every change to a file, before it answers if the disk keeps up.",
  livesIn: "server",
  server: "redis-aof",
  kind: "redis",
  persistence: "append-only",
  open: (context) => openRedisSessionStore("redis-aof", context),
});
