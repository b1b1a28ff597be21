import type { Phase } from "../history/events.ts";
import type { Recorder } from "../history/recorder.ts";
import type { ServiceFacts } from "../history/services.ts";
import type { Service } from "../servers/service.ts";
import type { Deployment } from "../subject/deployment.ts";
import type { Architecture } from "../theory/architectures.ts";
import type { PlannedScenario } from "../theory/scenario.ts";
import type { Access } from "../users/access.ts";
import type { Member } from "../users/population.ts";
import type { Narrator } from "./narrator.ts";

/** What is to be played, on what, with whom: every step may read it, and none changes it. */
export interface RunContext extends Access {
  scenario: PlannedScenario;
  architectures: readonly Architecture[];
  services: readonly ServiceFacts[];
  /** The names of those that take part from the beginning. */
  appServers: readonly string[];
  deployment: Deployment;
  service: (name: string) => Service;
  members: readonly Member[];
  victim: string;
  /** Waited between the baseline and the first fault, so that trials do not all hit the same instant. */
  faultDelayMs?: number;
  /** Hands out client addresses that no user of this run has yet. */
  newAddress: () => string;
  /** Puts things in an order that follows from the seed. */
  shuffle: <Item>(items: readonly Item[]) => Item[];
  recorder: Recorder;
  narrator: Narrator;
  signal: AbortSignal;
  /** Puts on record outside of the run, in case this process dies, what is about to be broken, or is well again. */
  noteFault: (type: "breaking" | "healed", fault: { kind: string; target: string }) => void;
}

/** The phase of the run in which something is done. */
export interface InPhase {
  phase: Phase;
}
