import evict from "../faults/evict.ts";
import evictExpiring from "../faults/evict-expiring.ts";
import fill from "../faults/fill.ts";
import refuseWrites from "../faults/refuse-writes.ts";
import { defineScenario } from "../theory/scenario.ts";
import {
  everyoneChecksIn,
  everyoneSettlesIn,
  given,
  healEverything,
  inject,
  measure,
  regularsKeepShopping,
  tell,
} from "../theory/steps.ts";

/** What each server does when its memory is full: three settings of `maxmemory-policy`, side by side. */
const whenFull = { leastUsedGo: "redis", expiringGo: "redis-rdb", writesFail: "redis-aof" } as const;

/** https://redis.io/docs/latest/develop/reference/eviction/ */
export default defineScenario({
  title: "Redis runs out of memory",
  question:
    "Redis shares its memory with another application, and it is full. Whose session goes, and who gets an error?",
  matters: "A session store that is also a cache drops sessions when the cache grows.",
  advice: "A Redis of its own for sessions, with `noeviction` and an alarm on its memory.",
  architectures: { policies: "all", stores: "all", controlStore: "memory" },
  compare: { label: "Redis full", need: "survive-full-redis" },
  next: { scenario: "session-expiry", toSee: "which stores free by themselves what nobody uses" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell("Every second user stays away, the others keep shopping. Another application stores 4 MB in the same Redis."),
    // Redis counts in seconds when a key was used last (LRU_CLOCK_RESOLUTION): with two between them the order is certain.
    regularsKeepShopping({ forMs: 2_000 }),
    given(...Object.values(whenFull).map(fill)),
    regularsKeepShopping({ forMs: 2_000 }),
    tell("Memory is full: redis evicts by last use, redis-rdb only keys that have an end, redis-aof evicts nothing."),
    inject(evict(whenFull.leastUsedGo), evictExpiring(whenFull.expiringGo), refuseWrites(whenFull.writesFail)),
    regularsKeepShopping({ forMs: 500 }),
    measure({
      name: "keys that Redis evicted",
      unit: "keys",
      looksIntoStore: "now",
      value: ({ stored }) => stored?.server?.evicted ?? 0,
      bound: ({ store, stored }) => {
        const { regulars = 0, away = 0 } = stored?.server ?? {};
        switch (store.server) {
          case whenFull.leastUsedGo:
            return {
              atLeast: away,
              because: "the sessions of those who stay away, and then the other application's keys",
            };
          case whenFull.expiringGo:
            return {
              atLeast: regulars + away,
              because: "only sessions have an end; when they are gone, it is still full",
            };
          default:
            return { atMost: 0, because: "nothing is evicted here" };
        }
      },
    }),
    measure({
      name: "writes that the app had to refuse",
      unit: "requests",
      value: ({ answers }) => answers["store-unreachable"],
      bound: ({ store }) =>
        store.livesIn === "server" && store.server === whenFull.writesFail
          ? { atLeast: 1, because: "Redis answers reads and refuses writes, and the app says so: 503" }
          : { atMost: 0, because: "Redis makes room, or was not asked" },
    }),
    tell("There is memory again. Who is still there?"),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ({ store, staysAway }) => {
    if (store.livesIn !== "server" || !isFull(store.server))
      return { fate: "survived", because: "the session does not live in a Redis that is full" };
    if (store.server === whenFull.writesFail)
      return { fate: "survived", because: "noeviction: nobody can write, but nothing that was written goes" };
    if (store.server === whenFull.expiringGo)
      return {
        fate: "lost",
        because:
          "volatile-lru removes only keys with an end: sessions. The other application's keys have none and stay",
      };
    return staysAway
      ? { fate: "lost", because: "allkeys-lru removes what was not used for longest: those who stayed away" }
      : { fate: "survived", because: "allkeys-lru keeps what was used last: those who went on shopping" };
  },
});

function isFull(server: string | null): boolean {
  return Object.values<string | null>(whenFull).includes(server);
}
