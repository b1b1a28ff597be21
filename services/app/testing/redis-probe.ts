import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import type { StoreFacts } from "../store.ts";
import type { StoreServerInContainer, StoreServerProbe } from "./store-server-kind.ts";

const PERSISTENCE: Partial<Record<NonNullable<StoreFacts["persistence"]>, string[]>> = {
  none: ["--save", "", "--appendonly", "no"],
  "save-points": [],
  "append-only": ["--save", "", "--appendonly", "yes", "--appendfsync", "everysec"],
};

/** For DEBUG RELOAD, with visitors served after each KiB that is loaded. */
const FOR_TESTS = ["--enable-debug-command", "yes", "--loading-process-events-interval-bytes", "1024"];
/** Microseconds that loading one key takes, while it is to take its time. */
const SLOW_LOADING_US = "100000";

export const redisInContainer: StoreServerInContainer = {
  images: [process.env.LAB_REDIS_IMAGE, "session-lab/redis:debian", "redis:8-alpine"],
  port: 6379,
  options: [],
  command: redisServer,
  open: openRedisProbe,
};

function redisServer(persistence: StoreFacts["persistence"]): string[] {
  const command = ["redis-server", "--protected-mode", "no", "--bind", "0.0.0.0", "--dir", "/data"];
  return [...command, ...(PERSISTENCE[persistence ?? "none"] ?? []), ...FOR_TESTS];
}

/** Waits for Redis as long as it takes, but not for a connection that has been silent for so long: it makes another. */
const PATIENT = {
  maxRetriesPerRequest: null,
  retryStrategy: () => 50,
  connectTimeout: 2_000,
  socketTimeout: 2_000,
} as const;
/** One try, for who asks again. */
const ONE_TRY = {
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
  connectTimeout: 2_000,
  commandTimeout: 2_000,
} as const;

/**
 * Asks over a connection of its own: a client of ioredis that was there when its server was killed has been seen to wait for ever, with
 * the server back for a minute.
 */
async function asked<Result>(
  port: number,
  ask: (redis: Redis) => Promise<Result>,
  options: typeof PATIENT | typeof ONE_TRY = PATIENT,
): Promise<Result> {
  const redis = new Redis(port, "127.0.0.1", options);
  redis.on("error", () => {});
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}

/** @throws Error when it does not answer now */
export function askedOnce<Result>(port: number, ask: (redis: Redis) => Promise<Result>): Promise<Result> {
  return asked(port, ask, ONE_TRY);
}

function openRedisProbe(port: number): StoreServerProbe {
  return {
    url: `redis://127.0.0.1:${port}`,
    isReady: () => askedOnce(port, async (redis) => (await redis.info("persistence")).includes("\nloading:0")),
    // Absent without AOF.
    isWritten: () =>
      asked(port, async (redis) => /^aof_buffer_length:[1-9]/m.exec(await redis.info("persistence")) === null),
    entries: () =>
      asked(port, async (redis) => {
        const keys = (await redis.keys("*")).sort();
        return Promise.all(keys.map(async (key) => ({ key, endsInMs: await redis.pttl(key) })));
      }),
    addSomethingElse: () => asked(port, async (redis) => void (await redis.set("something else", "x"))),
    endInAMinute: (key) => asked(port, async (redis) => void (await redis.expire(key, 60))),
    countWrites: () => asked(port, countWrites),
    empty: () => asked(port, async (redis) => void (await redis.flushall())),
    loadAgain: (meanwhile) => asked(port, (redis) => loadAgain(redis, meanwhile)),
    close: async () => {},
  };
}

async function loadAgain(redis: Redis, meanwhile: () => Promise<unknown>): Promise<void> {
  for (let key = 0; key < 600; key++) await redis.set(`filling ${key}`, randomBytes(512));
  // This one gets no answer before all is loaded; settings can be changed meanwhile by the other.
  const silent = redis.duplicate({ socketTimeout: undefined });
  try {
    await redis.config("SET", "key-load-delay", SLOW_LOADING_US);
    const loaded = silent.debug("RELOAD");
    await meanwhile();
    await redis.config("SET", "key-load-delay", "0");
    await loaded;
  } finally {
    silent.disconnect();
  }
}

/** Calls of commands that Redis itself flags as writing (https://redis.io/docs/latest/commands/command-info/). */
async function countWrites(redis: Redis): Promise<number> {
  const stats = await redis.info("commandstats");
  const calls = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name = "", count]) => ({ name, count }));
  const infos = (await redis.command("INFO", ...calls.map(({ name }) => name))) as (
    | [string, number, string[]]
    | null
  )[];
  return calls.reduce((sum, { count }, index) => sum + (infos[index]?.[2].includes("write") ? Number(count) : 0), 0);
}
