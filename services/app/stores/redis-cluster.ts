import { connectToCluster } from "../redis-cluster-connection.ts";
import { sessionsIn } from "../redis-session-store.ts";
import { defineStore } from "../store.ts";

const services = ["redis-c1", "redis-c2", "redis-c3"];

/** `redis-server --cluster-enabled yes --appendonly no`, three times, a third of the slots each. */
export default defineStore({
  title: "Redis Cluster, nothing on disk",
  what: "A session lives in the memory of one of three Redis masters, chosen by its key, and dies with that one; while one is away, none of them answers.",
  livesIn: "server",
  server: "redis-c1",
  kind: "redis",
  persistence: "none",
  profile: "redis-cluster",
  group: { services, holds: "parts" },
  open: async (context) => sessionsIn(await connectToCluster(services, context), context),
});
