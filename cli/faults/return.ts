import { defineFault } from "../servers/fault.ts";

export default defineFault("return", {
  experience:
    "a server that was away is started again: its memory is empty, and the balancer sends it visitors once more",
  effect: { process: "begins" },
  inject: (service) => service.start(),
  heal: (service) => service.start(),
  engineShows: ({ state }, before) => !before.state.running && state.running,
  isFelt: ({ feeling }, before) => !before.feeling.answers && feeling.answers,
});
