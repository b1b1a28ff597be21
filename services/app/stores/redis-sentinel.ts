import { connectToMaster } from "../redis-connection.ts";
import { sessionsIn } from "../redis-session-store.ts";
import { defineStore } from "../store.ts";

const sentinels = ["sentinel1", "sentinel2", "sentinel3"];

/** `redis-server --appendonly yes`, three times, and `redis-server --sentinel`, three times. */
export default defineStore({
  title: "Redis with replicas and Sentinels",
  what: "A session lives in a Redis master that all app servers share; two replicas copy it a moment later, and one of them takes over when it dies.",
  livesIn: "server",
  server: "redis-ha1",
  kind: "redis",
  persistence: "append-only",
  profile: "redis-sentinel",
  group: { services: ["redis-ha1", "redis-ha2", "redis-ha3"], holds: "copies", watchers: sentinels },
  open: async (context) => sessionsIn(await connectToMaster({ server: "redis-ha1", sentinels }, context), context),
});
