import type { NextStep } from "../history/events.ts";
import type { Fate } from "../verdict/fates.ts";
import type { Selection } from "./architectures.ts";
import type { Expectation, SessionFacts } from "./facts.ts";
import type { ForEachAppServer, Step } from "./step-table.ts";

export interface Scenario {
  title: string;
  question: string;
  /** Why anybody should want to know, in a sentence or two. */
  matters: string;
  /** What to do about it. */
  advice: string;
  architectures: Selection & {
    /** A store that the faults do not touch and that always takes part, so that there is something to compare with. */
    controlStore?: string;
    /** The same of a policy, where the faults touch everybody under some of them. */
    controlPolicy?: string;
  };
  /** Compose profiles of optional servers that it needs. */
  profiles?: readonly string[];
  /** All users sit in one office: their addresses are in one /24, and nobody chooses where they land. */
  clients?: "one-network";
  /** The column of `lab compare` that this scenario fills: a label of a few words, and its name for `--need`. */
  compare?: {
    label: string;
    need: string;
    /** The store plays no part: what was measured with some stores answers for all. */
    decidedBy?: "policy";
    /** With fewer users per architecture it would be likely that nobody is hit, by chance. */
    usersAtLeast?: number;
  };
  next: NextStep;
  /** Is this what one would wish of an architecture? By default that every session survived. */
  wish?(found: Wished): boolean;
  steps: (Step | ForEachAppServer)[];
  expect(session: SessionFacts): Expectation;
}

/** A scenario whose steps name the app servers of the subject that it is going to be played on. */
export interface PlannedScenario extends Scenario {
  steps: Step[];
}

/** The part of a result that a wish looks at. */
export interface Wished {
  sessions: number;
  fates: Partial<Record<Fate, number>>;
  measures: readonly { name: string; value: number }[];
}

export function wouldWish({ wish }: Scenario, found: Wished): boolean {
  return wish ? wish(found) : (found.fates.survived ?? 0) === found.sessions;
}

export function defineScenario(scenario: Scenario): Scenario {
  return scenario;
}

/**
 * The expectation of one session. What cannot hold a login even when nothing is broken is expected to be `unstable`, whatever
 * the scenario: it takes no part in the fault's verdict.
 */
export function expectationOf(scenario: Scenario, session: SessionFacts): Expectation {
  if (session.policy.affinity === "none" && session.store.livesIn === "app-server")
    return {
      fate: "unstable",
      because:
        "without affinity most requests reach an app server that does not hold the session, even when nothing is broken",
    };
  return scenario.expect(session);
}
