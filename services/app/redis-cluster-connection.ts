/** The door to a Redis Cluster, with the manners of the door to a single Redis: rather no at once than keep a visitor waiting. */
import { Cluster, type Redis } from "ioredis";
import {
  addressesOf,
  connectionOptions,
  firstSign,
  passwordIn,
  type RedisConnection,
  urlVariable,
  watched,
} from "./redis-connection.ts";
import type { StoreContext } from "./store.ts";

/** How often the cluster is asked who is there and has which slots: a server that comes back is used after so long. */
const SLOTS_REFRESH_MS = 500;
/** Longer than a cluster that is whole takes to connect. */
const STUCK_MS = 2_000;
/** No visitor waits for that answer, and a busy machine is no dead cluster. */
const SLOTS_TIMEOUT_MS = 2_000;

/** @param services any of the cluster's; the variable named after the first moves them elsewhere, as a list of URLs with commas */
export async function connectToCluster(
  services: readonly string[],
  { store, appServer, env, patience, log }: StoreContext,
): Promise<RedisConnection<Cluster>> {
  const addresses = addressesOf(
    env[urlVariable(services[0] ?? "")],
    services.map((host) => ({ host, port: 6379 })),
  );
  const { retryStrategy, enableOfflineQueue, ...redisOptions } = connectionOptions(patience);
  const password = passwordIn(env);
  const cluster = new Cluster(addresses, {
    redisOptions: { ...redisOptions, ...(password ? { password } : {}), connectionName: appServer },
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    // A visitor is told 503 at once, instead of being kept waiting until the cluster may be whole again.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    slotsRefreshTimeout: SLOTS_TIMEOUT_MS,
  });
  // ioredis connects to a server when it is first wanted, and refuses whoever comes while it does: so all at once, beforehand.
  cluster.on("+node", (server: Redis) => void server.connect().catch(() => {}));
  const address = `the cluster of ${addresses.map(({ host, port }) => `${host}:${port}`).join(", ")}`;
  const pushing = pushOn(cluster);
  const connection = await watched(cluster, { address, patience, log: (line) => log(`store ${store}: ${line}`) });
  await Promise.all(cluster.nodes("master").map((server) => firstSign(server, patience)));
  return {
    ...connection,
    async close() {
      clearInterval(pushing);
      await connection.close();
    },
  };
}

/**
 * When all servers go at once, ioredis 6.0.0 may wait for ever for an event that does not come, and never connects again (seen
 * after `docker kill` of all three). A cluster that has not been ready for this long is pushed: to begin anew, and if it is
 * stuck in the middle of that, to connect.
 */
function pushOn(cluster: Cluster): NodeJS.Timeout {
  let readyAt = performance.now();
  return setInterval(() => {
    if (cluster.status === "ready") readyAt = performance.now();
    if (performance.now() - readyAt < STUCK_MS) return;
    readyAt = performance.now();
    if (["disconnecting", "close", "end"].includes(cluster.status)) cluster.connect().catch(() => {});
    else cluster.disconnect(true);
  }, SLOTS_REFRESH_MS).unref();
}

/** One connection for each part of the keys. Throws when a part is missing: what the others hold is not all. */
export async function mastersOf(cluster: Cluster): Promise<Redis[]> {
  const info = await cluster.cluster("INFO");
  const size = Number(/cluster_size:(\d+)/.exec(info)?.[1]);
  const masters = cluster.nodes("master");
  if (info.includes("cluster_state:ok") && masters.length === size) return masters;
  throw new Error(`CLUSTERDOWN ${masters.length} of ${size} masters are connected`);
}
