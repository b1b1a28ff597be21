import { defineFault, endlessKeys, infoNumber } from "../servers/fault.ts";
import { ballast } from "../servers/redis/settings.ts";

export default defineFault("fill", {
  experience: "another application puts keys of its own into Redis, which have no end: memory fills up, sessions stay",
  effect: { data: "fills" },
  hits: { kind: "redis" },
  inject: (service) => service.redis().fill(),
  heal: (service) => service.redis().restore(),
  engineShows: ({ feeling }, before) =>
    infoNumber(feeling, "used_memory") - infoNumber(before.feeling, "used_memory") > (ballast.keys * ballast.bytes) / 4,
  isFelt: ({ feeling }, before) => endlessKeys(feeling) - endlessKeys(before.feeling) > ballast.keys / 4,
  says: ({ feeling }) => ({
    engine: `Redis says that it uses ${infoNumber(feeling, "used_memory")} bytes`,
    felt: `${endlessKeys(feeling)} keys without an end are there, of ${infoNumber(feeling, "keys")} keys`,
  }),
});
