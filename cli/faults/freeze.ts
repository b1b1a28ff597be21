import { defineFault } from "../servers/fault.ts";

export default defineFault("freeze", {
  experience: "paused: connections are accepted and never answered; the memory stays as it is",
  effect: { process: "freezes" },
  inject: (service) => service.pause(),
  async heal(service) {
    if ((await service.state()).paused) await service.unpause();
  },
  engineShows: ({ state }, before) => !before.state.paused && state.paused,
  isFelt: ({ feeling }, before) => before.feeling.answers && !feeling.answers,
});
