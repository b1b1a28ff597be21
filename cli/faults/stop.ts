import { defineFault } from "../servers/fault.ts";

export default defineFault("stop", {
  experience: "SIGTERM: the process may finish its work and save its data, then it is gone",
  also: ["sigterm"],
  effect: { process: "ends" },
  inject: (service) => service.stop(),
  heal: (service) => service.start(),
  engineShows: ({ state }, before) => before.state.running && !state.running,
  isFelt: ({ feeling }, before) => before.feeling.answers && !feeling.answers,
});
