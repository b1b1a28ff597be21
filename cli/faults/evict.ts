import { defineFault, infoNumber, keysWentMissing } from "../servers/fault.ts";

export default defineFault("evict", {
  experience:
    "memory is full (maxmemory, allkeys-lru): Redis removes whatever was not used for longest, sessions included",
  effect: { data: "evicts" },
  hits: { kind: "redis" },
  inject: (service) => service.redis().limitMemory("allkeys-lru"),
  heal: (service) => service.redis().restore(),
  engineShows: ({ feeling }, before) =>
    infoNumber(feeling, "evicted_keys") > infoNumber(before.feeling, "evicted_keys"),
  isFelt: ({ feeling }, before) => keysWentMissing(feeling, before.feeling),
  says: ({ feeling }) => ({
    engine: `Redis says that it evicted ${infoNumber(feeling, "evicted_keys")} keys (${feeling.info?.maxmemory_policy})`,
    felt: `${infoNumber(feeling, "keys")} keys are left of those that were written`,
  }),
});
