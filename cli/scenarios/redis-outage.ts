import partition from "../faults/partition.ts";
import type { Seen } from "../theory/facts.ts";
import { defineScenario } from "../theory/scenario.ts";
import {
  everyoneBrowses,
  everyoneChecksIn,
  everyoneSettlesIn,
  healEverything,
  inject,
  measure,
  tell,
} from "../theory/steps.ts";
import { everyRedis } from "../theory/targets.ts";

/** The store cannot do without Redis. */
const isHit = ({ kind }: Seen["store"]) => kind === "redis";

export default defineScenario({
  title: "Redis is away for a while, then back",
  question: "Nobody reaches Redis for a while; its data are untouched. Who is logged out, and who only has to wait?",
  matters:
    "An app that takes a store out of reach for an empty one logs everybody out for nothing, and cookies that it clears do not come back.",
  advice:
    "Answer 503 while the store is away and leave the cookies alone; where reading on matters, a signed identity to fall back to.",
  architectures: { policies: "all", stores: "all", controlStore: "memory" },
  compare: { label: "Redis outage", need: "survive-redis-outage" },
  next: {
    scenario: "redis-failover",
    toSee: "whether a second Redis that takes over would have helped, and what that costs",
  },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell("All Redis servers are cut off from the network."),
    inject(partition(everyRedis)),
    everyoneBrowses({ forMs: 1_000 }),
    measure({
      name: "requests that the app refused because it did not reach the store",
      unit: "requests",
      value: ({ answers }) => answers["store-unreachable"],
      bound: ({ store }) =>
        isHit(store) && !store.fallback
          ? { atLeast: 1, because: "a store that cannot be reached is an outage: 503, never a logged-out page" }
          : { atMost: 0, because: "the app can answer without that server" },
    }),
    measure({
      name: "answers from the fallback",
      unit: "requests",
      value: ({ answers }) => answers.degraded,
      bound: ({ store }) =>
        isHit(store) && store.fallback
          ? { atLeast: 1, because: "while the store is away the app still knows who one is, from a signed cookie" }
          : { atMost: 0, because: "this store has no fallback, or does not need it" },
    }),
    tell("The network is back. Nothing was lost, was it?"),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ({ store }) => ({
    fate: "survived",
    because: isHit(store)
      ? "unavailable is not lost: the data were there all the time"
      : "the session does not need Redis: this is the control",
  }),
});
