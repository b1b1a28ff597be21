import { defineFault } from "../servers/fault.ts";

/** Exit code of a process that SIGKILL ended: 128 + 9. */
const killedExitCode = 137;

export default defineFault("kill", {
  experience: "SIGKILL: the process is gone at once, with everything in its memory; its address falls silent",
  also: ["sigkill"],
  effect: { process: "ends" },
  inject: (service) => service.kill(),
  heal: (service) => service.start(),
  engineShows: ({ state }, before) => before.state.running && !state.running && state.exitCode === killedExitCode,
  isFelt: ({ feeling }, before) => before.feeling.answers && !feeling.answers,
});
