import { defineFault, infoNumber } from "../servers/fault.ts";

export default defineFault("refuse-writes", {
  experience: "memory is full (maxmemory, noeviction, the default policy): Redis answers reads and refuses writes",
  effect: { data: "refuses-writes" },
  hits: { kind: "redis" },
  inject: (service) => service.redis().limitMemory("noeviction"),
  heal: (service) => service.redis().restore(),
  engineShows: ({ feeling }) =>
    infoNumber(feeling, "maxmemory") > 0 && infoNumber(feeling, "used_memory") > infoNumber(feeling, "maxmemory"),
  isFelt: ({ feeling }, before) => infoNumber(feeling, "errorstat_OOM") > infoNumber(before.feeling, "errorstat_OOM"),
  says: ({ feeling }) => ({
    engine: `Redis uses ${infoNumber(feeling, "used_memory")} of ${infoNumber(feeling, "maxmemory")} bytes (${feeling.info?.maxmemory_policy})`,
    felt: `a write is answered with an OOM error, ${infoNumber(feeling, "errorstat_OOM")} so far`,
  }),
});
