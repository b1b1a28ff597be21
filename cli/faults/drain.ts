import { defineFault } from "../servers/fault.ts";

export default defineFault("drain", {
  experience: "`drain` in the balancers' lists: nobody new is sent there; who is bound to it by a cookie stays",
  effect: { lists: "draining" },
  inject: (service) => service.stand("draining"),
  heal: (service) => service.stand(undefined),
  engineShows: ({ newcomers }, before) => !before.newcomers?.standing && newcomers?.standing === "draining",
  isFelt: ({ newcomers }, before) => (before.newcomers?.comeBy.length ?? 0) > 0 && newcomers?.comeBy.length === 0,
});
