import { defineFault } from "../servers/fault.ts";

export default defineFault("aof-then-restart", {
  experience:
    "its append-only file is switched on while it runs, and it writes all it holds there; then it is restarted politely",
  effect: { process: "restarts" },
  hits: { kind: "redis" },
  async inject(service) {
    await service.redis().appendOnly({ now: true });
    await service.stop();
    await service.start();
  },
  async heal(service) {
    await service.start();
    await service.redis().restore();
  },
  engineShows: ({ state }, before) => state.running && state.startedAt !== before.state.startedAt,
  isFelt: ({ feeling }, before) => feeling.life !== before.feeling.life && feeling.info?.aof_enabled === "1",
});
