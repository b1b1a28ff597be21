/**
 * The only door to Redis: one connection that would rather say no at once than keep a visitor waiting, and that is back within a
 * fraction of a second after Redis is. ioredis's defaults are the opposite: it queues commands and retries them for many seconds.
 */
import { type Cluster, Redis } from "ioredis";
import { askWhileIdle } from "./redis-idle-connection.ts";
import type { StoreContext } from "./store.ts";

/** From sending a command to giving up on it. */
const COMMAND_TIMEOUT_MS = 500;
/** A killed container's address does not refuse, it stays silent. */
const CONNECT_TIMEOUT_MS = 300;
const RECONNECT_DELAY_MS = 100;
/** A connection that owes an answer for so long is dead: a partition leaves no other sign. Somebody always asks: see askWhileIdle. */
const SILENCE_MS = 700;
/** How long an app server that starts waits for its first connection, so that its first visitor meets no 503. */
const FIRST_CONNECTION_MS = 500;

/** What every connection to a Redis server has in common. */
export const connectionOptions = (patience: number) => ({
  commandTimeout: COMMAND_TIMEOUT_MS * patience,
  connectTimeout: CONNECT_TIMEOUT_MS * patience,
  socketTimeout: SILENCE_MS * patience,
  retryStrategy: () => RECONNECT_DELAY_MS,
  maxLoadingRetryTime: RECONNECT_DELAY_MS,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  // The visitor has long been told 503: a write that is sent again later would undo newer ones, or a logout.
  autoResendUnfulfilledCommands: false,
});

export interface RedisConnection<Client extends Redis | Cluster = Redis> {
  readonly redis: Client;
  /** What to tell people about a command that failed. */
  reasonOf(error: Error): string;
  close(): Promise<void>;
}

export interface RedisConnectionOptions {
  /** `redis://host:port`. */
  readonly url: string;
  /** How the connection is called in `CLIENT LIST`. */
  readonly connectionName: string;
  /** Undefined when none is to be said. */
  readonly password: string | undefined;
  readonly patience: number;
  readonly log: (line: string) => void;
}

/**
 * For a store: `server` is the Compose service, and so the host name; the variable REDIS_AOF_URL moves `redis-aof` elsewhere. The
 * password is in REDIS_PASSWORD, or in that URL.
 */
export function connectToRedisServer(
  server: string,
  { store, appServer, env, patience, log }: StoreContext,
): Promise<RedisConnection> {
  const url = env[urlVariable(server)] || `redis://${server}:6379`;
  return connectToRedis({
    url,
    connectionName: appServer,
    password: passwordIn(env),
    patience,
    log: (line) => log(`store ${store}: ${line}`),
  });
}

/** Resolves when Redis is ready, refuses, or has not answered in time: an app server starts without its store, too. */
export async function connectToRedis({
  url,
  connectionName,
  password,
  patience,
  log,
}: RedisConnectionOptions): Promise<RedisConnection> {
  const redis = new Redis(url, { ...connectionOptions(patience), ...(password ? { password } : {}), connectionName });
  return watched(redis, { address: new URL(url).host, patience, log });
}

/**
 * For a store whose servers copy each other: a connection to the one that the Sentinels name as the master. With every reconnect
 * they are asked anew; a master that is dead or silent loses the connection, and one that is demoted is made to close it
 * (https://redis.io/docs/latest/develop/reference/sentinel-clients/). Without ioredis's `failoverDetector`: when it fires during
 * a reconnect, ioredis 6.0.0 gives up for good.
 *
 * @param sentinels host names; the variable named after `server` moves them elsewhere, as a list of URLs with commas
 */
export async function connectToMaster(
  { server, sentinels }: { server: string; sentinels: readonly string[] },
  { store, appServer, env, patience, log }: StoreContext,
): Promise<RedisConnection> {
  const options = connectionOptions(patience);
  const addresses = addressesOf(
    env[urlVariable(server)],
    sentinels.map((host) => ({ host, port: 26_379 })),
  );
  const password = passwordIn(env);
  const redis = new Redis({
    ...options,
    ...(password ? { password, sentinelPassword: password } : {}),
    connectionName: appServer,
    name: "sessions",
    sentinels: addresses,
    sentinelCommandTimeout: options.commandTimeout,
    sentinelRetryStrategy: options.retryStrategy,
  });
  const address = `the master of ${addresses.map(({ host, port }) => `${host}:${port}`).join(", ")}`;
  return watched(redis, { address, patience, log: (line) => log(`store ${store}: ${line}`) });
}

/** The environment variable that moves a server elsewhere. */
export function urlVariable(server: string): string {
  return `${server.toUpperCase().replaceAll("-", "_")}_URL`;
}

/** What Redis servers and Sentinels ask for; undefined when the environment says none. */
export function passwordIn({ REDIS_PASSWORD: password }: StoreContext["env"]): string | undefined {
  return password || undefined;
}

/** Host and port of each URL of a list with commas, or the usual ones where there is no list. */
export function addressesOf(
  urls: string | undefined,
  usual: readonly { host: string; port: number }[],
): { host: string; port: number }[] {
  if (!urls) return [...usual];
  return urls.split(",").map((url) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) }));
}

/** @param address as people are told it */
export async function watched<Client extends Redis | Cluster>(
  redis: Client,
  { address, patience, log }: { address: string; patience: number; log: (line: string) => void },
): Promise<RedisConnection<Client>> {
  const state = watchState(redis, (text) => log(`${address} ${text}`));
  const stopAsking = askWhileIdle(redis);
  await firstSign(redis, patience);

  return {
    redis,
    reasonOf(error) {
      if (error.message === "Command timed out")
        return `${address} did not answer within ${COMMAND_TIMEOUT_MS * patience} ms`;
      if (redis.status !== "ready" && /^(NOAUTH|WRONGPASS) /.test(state.lastProblem))
        return `${address} does not take the password of this app server, REDIS_PASSWORD (${state.lastProblem})`;
      if (redis.status === "connect")
        return `${address} accepts connections, but is not ready (it loads its data, or is frozen)`;
      if (redis.status !== "ready") return `no connection to ${address} (${state.lastProblem})`;
      return `${address}: ${error.message}`;
    },
    async close() {
      stopAsking();
      redis.disconnect();
    },
  };
}

/** Says one line when the state changes, however often the connection is tried meanwhile. */
function watchState(redis: Redis | Cluster, say: (text: string) => void): { readonly lastProblem: string } {
  const state = { lastProblem: "not tried yet", reachable: null as boolean | null };
  const becomes = (reachable: boolean, text: string) => {
    if (state.reachable !== reachable) say(text);
    state.reachable = reachable;
  };
  redis.on("ready", () => {
    state.lastProblem = "connection closed";
    becomes(true, "is reachable");
  });
  redis.on("error", (error: Error) => {
    state.lastProblem = error.message;
    becomes(false, `is unreachable: ${error.message}`);
  });
  redis.on("close", () => becomes(false, `is unreachable: ${state.lastProblem}`));
  return state;
}

/** Resolves when the connection stands, has failed, or has had its time. */
export function firstSign(redis: Redis | Cluster, patience: number): Promise<void> {
  if (redis.status === "ready") return Promise.resolve();
  return new Promise((resolve) => {
    const deadline = setTimeout(resolve, FIRST_CONNECTION_MS * patience);
    for (const sign of ["ready", "error"]) {
      redis.once(sign, () => {
        clearTimeout(deadline);
        resolve();
      });
    }
  });
}
