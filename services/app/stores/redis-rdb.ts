import { openRedisSessionStore } from "../redis-session-store.ts";
import { defineStore } from "../store.ts";

/** A stock `redis-server`: snapshots now and then, and one more when it is stopped politely. */
export default defineStore({
  title: "Redis with save points",
  what: "A session lives in a Redis server that all app servers share; the server writes snapshots to disk, the last one when it is stopped politely.",
  livesIn: "server",
  server: "redis-rdb",
  kind: "redis",
  persistence: "save-points",
  open: (context) => openRedisSessionStore("redis-rdb", context),
});
