import { defineFault, infoNumber } from "../servers/fault.ts";

export default defineFault("evict-expiring", {
  experience:
    "memory is full (maxmemory, volatile-lru): Redis removes keys with an end only, and those are the sessions",
  effect: { data: "evicts" },
  hits: { kind: "redis" },
  inject: (service) => service.redis().limitMemory("volatile-lru"),
  heal: (service) => service.redis().restore(),
  engineShows: ({ feeling }, before) =>
    infoNumber(feeling, "evicted_keys") > infoNumber(before.feeling, "evicted_keys"),
  isFelt: ({ feeling }, before) => infoNumber(feeling, "expires") < infoNumber(before.feeling, "expires"),
  says: ({ feeling }) => ({
    engine: `Redis says that it evicted ${infoNumber(feeling, "evicted_keys")} keys (${feeling.info?.maxmemory_policy})`,
    felt: `${infoNumber(feeling, "expires")} keys with an end are left, of ${infoNumber(feeling, "keys")} keys`,
  }),
});
