import { defineFault } from "../servers/fault.ts";

export default defineFault("partition", {
  experience: "cut off from the network: alive and well, but nobody reaches it and it reaches nobody",
  effect: { reach: "nobody" },
  inject: (service) => service.disconnect(),
  async heal(service) {
    if (!(await service.state()).attached) await service.connect();
  },
  engineShows: ({ state }, before) => before.state.attached && state.running && !state.attached,
  isFelt: ({ feeling }, before) => before.feeling.answers && !feeling.answers,
});
