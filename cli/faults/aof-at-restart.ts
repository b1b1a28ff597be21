import { defineFault } from "../servers/fault.ts";

export default defineFault("aof-at-restart", {
  experience:
    "restarted politely after `appendonly yes` was written into its configuration: it reads that file only, which is new",
  effect: { process: "restarts", data: "reads-new-file" },
  hits: { kind: "redis" },
  async inject(service) {
    await service.redis().appendOnly({ now: false });
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
