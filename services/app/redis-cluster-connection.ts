/** The door to a Redis Cluster, with the manners of the door to a single Redis: rather no at once than keep a visitor waiting. */
import { Cluster, type Redis } from "ioredis";
import {
  addressesOf,
  connectionOptions,
  firstSign,
  type RedisConnection,
  urlVariable,
  watched,
} from "./redis-connection.ts";
import type { StoreContext } from "./store.ts";

/** How often the cluster is asked who is there and has which slots: a server that comes back is used after so long. */
const SLOTS_REFRESH_MS = 500;
/** No visitor waits for that answer, and a busy machine is no dead cluster. */
const SLOTS_TIMEOUT_MS = 2_000;

/** @param services any of the cluster's; the variable named after the first moves them elsewhere, as a list of URLs with commas */
export async function connectToCluster(
  services: readonly string[],
  { store, appServer, env, log }: StoreContext,
): Promise<RedisConnection<Cluster>> {
  const addresses = addressesOf(
    env[urlVariable(services[0] ?? "")],
    services.map((host) => ({ host, port: 6379 })),
  );
  const { retryStrategy, enableOfflineQueue, ...redisOptions } = connectionOptions;
  const cluster = new Cluster(addresses, {
    redisOptions: { ...redisOptions, connectionName: appServer },
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
  const connection = await watched(cluster, { address, log: (line) => log(`store ${store}: ${line}`) });
  await Promise.all(cluster.nodes("master").map(firstSign));
  return connection;
}

/** One connection for each part of the keys. Throws when a part is missing: what the others hold is not all. */
export async function mastersOf(cluster: Cluster): Promise<Redis[]> {
  const info = await cluster.cluster("INFO");
  const size = Number(/cluster_size:(\d+)/.exec(info)?.[1]);
  const masters = cluster.nodes("master");
  if (info.includes("cluster_state:ok") && masters.length === size) return masters;
  throw new Error(`CLUSTERDOWN ${masters.length} of ${size} masters are connected`);
}
