import { defineFault } from "../servers/fault.ts";

export default defineFault("leave", {
  experience: "`down` in the balancers' lists: nobody is sent there any more; the process goes on and keeps its memory",
  effect: { lists: "out" },
  inject: (service) => service.stand("out"),
  heal: (service) => service.stand(undefined),
  engineShows: ({ newcomers }, before) => !before.newcomers?.standing && newcomers?.standing === "out",
  isFelt: ({ newcomers }, before) => (before.newcomers?.comeBy.length ?? 0) > 0 && newcomers?.comeBy.length === 0,
});
