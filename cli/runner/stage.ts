import type { Engine } from "../docker/engine.ts";
import type { Service } from "../docker/service.ts";
import type { Fault } from "../fault.ts";
import type { Phase } from "../history/events.ts";
import type { Recorder } from "../history/recorder.ts";
import type { Architecture } from "../lab/architectures.ts";
import type { Lab } from "../lab/topology.ts";
import type { Scenario, Seen } from "../scenario.ts";
import type { Member } from "../users/population.ts";
import type { Transport } from "../users/transport.ts";

/** Speaks to the audience; never about results, which are the judge's. */
export interface Narrator {
  /** A sentence of the story. Whoever presents it to a room may take a while, or throw `Interrupted`. */
  tell(text: string): void | Promise<void>;
  /** What the lab is doing at the moment. */
  doing(text: string): void;
}

/** Everything a step needs: the lab, the users, the pen. */
export interface Stage {
  scenario: Scenario;
  architectures: readonly Architecture[];
  lab: Lab;
  engine: Engine;
  transport: Transport;
  recorder: Recorder;
  narrator: Narrator;
  signal: AbortSignal;
  victim: string;
  /** Waited between the baseline and the first fault, so that trials do not all hit the same instant. */
  faultDelayMs?: number;
  appServers: readonly string[];
  members: readonly Member[];
  /** Hands out client addresses that no user of this run has yet. */
  newAddress: () => string;
  /** What the subjects of each architecture were answered since the last fault. */
  answers: Map<string, Seen["answers"]>;
  /** Where a user's new address leads; filled when a step is going to change addresses. */
  newSeats: Map<Member, { address: string; seat: string | undefined }>;
  shuffle: <Item>(items: readonly Item[]) => Item[];
  service: (name: string) => Service;
  phase: Phase;
  /** Injected and not yet healed, oldest first. */
  broken: Fault[];
  /** Puts on record outside of the run, in case this process dies, what is about to be broken, or is well again. */
  noteFault: (type: "breaking" | "healed", fault: { kind: string; target: string }) => void;
  /** Stopped before the experiment began. */
  takenAway: Service[];
  /** Whether the expectations have been written down. */
  predicted: boolean;
}

/** Thrown between steps when the run was interrupted. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export function throwIfInterrupted({ signal }: Stage): void {
  if (signal.aborted) throw new Interrupted("interrupted");
}
