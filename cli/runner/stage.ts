import type { FaultEffect, Phase } from "../history/events.ts";
import type { Recorder } from "../history/recorder.ts";
import type { Undoable } from "../servers/heal.ts";
import type { Service } from "../servers/service.ts";
import type { Deployment } from "../subject/deployment.ts";
import type { Architecture } from "../theory/architectures.ts";
import type { Scenario, Seen, StrangersSeen } from "../theory/scenario.ts";
import type { Access } from "../users/access.ts";
import type { Member } from "../users/population.ts";
import type { HeldCookie } from "../users/virtual-user.ts";
import type { StoresBefore } from "./look-into-stores.ts";
import type { LivesSeen } from "./note-disturbances.ts";
import type { FailoversSeen } from "./note-failovers.ts";
import type { Attacker } from "./strangers-try.ts";

/** What a user is going to have, and the app server to which that leads. */
export interface NewSeat {
  address: string;
  /** Balancer's cookies, to be put in place of the browser's own. */
  cookies?: readonly HeldCookie[];
  seat: string | undefined;
}

/** Speaks to the audience; never about results, which are the judge's. */
export interface Narrator {
  /** A sentence of the story. Whoever presents it to a room may take a while, or throw `Interrupted`. */
  tell(text: string): void | Promise<void>;
  /** What the lab is doing at the moment. */
  doing(text: string): void;
}

/** Something that was done to a service and has to be undone. */
export interface Broken extends Undoable {
  /** Kind of fault, or a word for what was done before the experiment began. */
  kind: string;
  /** Whether it is a fault of the experiment, whose states are in the history. */
  isFault: boolean;
  effect: FaultEffect;
  /** It was injected before the experiment, as a condition of it. */
  condition?: true;
  heal: () => Promise<void>;
  /** Why the last try to heal it was in vain. */
  whyNotHealed?: string;
}

/** Everything a step needs: the lab, the users, the pen. */
export interface Stage extends Access {
  scenario: Scenario;
  architectures: readonly Architecture[];
  deployment: Deployment;
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
  answers: Map<string, Pick<Seen, "answers" | "answersElsewhere">>;
  /** What strangers got, by architecture. */
  strangers: Map<string, StrangersSeen>;
  /** Who planted cookies in whose browser. */
  attackers: Map<Member, Attacker>;
  /** What the stores held before anybody logged in; only where the scenario has something to measure there. */
  storesBefore?: StoresBefore;
  /** How long a session may go unused, where the scenario wants it short. */
  idleMs?: number;
  /** From then on those who stay away are not asked any more. */
  isBaselineRead: boolean;
  /** Where a user's new address, or new cookie, leads; filled when a step is going to change it. */
  newSeats: Map<Member, NewSeat>;
  shuffle: <Item>(items: readonly Item[]) => Item[];
  service: (name: string) => Service;
  phase: Phase;
  /** Everything that was done to services and is not undone yet, oldest first. */
  broken: Broken[];
  /** Services that were broken in this run, healed or not. */
  hit: Set<string>;
  failoversSeen: FailoversSeen;
  lives: LivesSeen;
  /** Puts on record outside of the run, in case this process dies, what is about to be broken, or is well again. */
  noteFault: (type: "breaking" | "healed", fault: { kind: string; target: string }) => void;
  /** User -> the service that holds the session, of those that share out a store's sessions. */
  keptOn: Map<string, string>;
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
