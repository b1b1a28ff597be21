import { defineFault, infoNumber } from "../servers/fault.ts";

/**
 * The replicas that were dropped try again every second, in vain, and stay electable: Sentinel takes a replica that was cut off for
 * less than ten times `down-after-milliseconds`. A master that is started anew refuses nobody.
 */
export default defineFault("hold-copies", {
  experience: "refuses its replicas: it acknowledges writes that no copy has, as it does for a moment with every write",
  effect: { data: "holds-copies-back" },
  hits: { kind: "redis", withCopies: true },
  inject: (service) => service.redis().refuseReplicas(),
  heal: (service) => service.redis().admitReplicas(),
  engineShows: ({ feeling }, before) =>
    infoNumber(before.feeling, "connected_slaves") > 0 && infoNumber(feeling, "connected_slaves") === 0,
  isFelt: ({ feeling }, before) =>
    infoNumber(feeling, "errorstat_NOPERM") > infoNumber(before.feeling, "errorstat_NOPERM"),
  says: ({ feeling }) => ({
    engine: `Redis says that ${infoNumber(feeling, "connected_slaves")} replicas follow it`,
    felt: `replicas were refused ${infoNumber(feeling, "errorstat_NOPERM")} times so far (NOPERM)`,
  }),
});
