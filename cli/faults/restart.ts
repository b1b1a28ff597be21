import { defineFault } from "../servers/fault.ts";

export default defineFault("restart", {
  experience: "SIGTERM, then started again at once: the process may save its data; another one takes its place",
  effect: { process: "restarts" },
  async inject(service) {
    await service.stop();
    await service.start();
  },
  heal: (service) => service.start(),
  engineShows: ({ state }, before) => state.running && state.startedAt !== before.state.startedAt,
  isFelt: ({ feeling }, before) => feeling.answers && before.feeling.life !== feeling.life,
});
