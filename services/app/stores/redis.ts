import { openRedisSessionStore } from "../redis-session-store.ts";
import { defineStore } from "../store.ts";

/** `redis-server --save "" --appendonly no`. */
export default defineStore({
  title: "Redis, nothing on disk",
  what: "A session lives in the memory of one Redis server that all app servers share, and dies when that Redis stops.",
  livesIn: "server",
  server: "redis",
  kind: "redis",
  persistence: "none",
  open: (context) => openRedisSessionStore("redis", context),
});
