import type { Fault } from "./fault.ts";
import type { Selection } from "./lab/architectures.ts";
import type { Policy } from "./lab/policies.ts";
import type { Store } from "./lab/stores.ts";
import type { Fate } from "./verdict/fates.ts";

/** The words of which scenarios are made. Steps are data; the runner plays them in order. */
export type Step =
  | { do: "tell"; text: string }
  | { do: "log-in" | "shop" | "read-back" | "log-out" | "heal" | "check-in" }
  | { do: "change"; what: "address" | "affinity-cookie" }
  | { do: "take-away"; server: string }
  | { do: "measure"; measure: Measure }
  | { do: "browse"; forMs: number }
  | { do: "save"; server: string }
  | { do: "inject"; faults: Fault[] };

/** Put in place of a name: the app server that `--victim` chooses. */
export const victim = "victim";

/** Says to the audience what happens next. */
export const tell = (text: string): Step => ({ do: "tell", text });
/** Each user logs in, once and for all: a second login would hide a loss. */
export const everyoneLogsIn = (): Step => ({ do: "log-in" });
/** Each user puts one item into the cart. */
export const everyoneShops = (): Step => ({ do: "shop" });
/** The baseline: each user must be recognised at least three times before anything is broken. */
export const everyoneReadsBack = (): Step => ({ do: "read-back" });
/** Steady traffic: everybody keeps asking who they are. */
export const everyoneBrowses = ({ forMs }: { forMs: number }): Step => ({ do: "browse", forMs });
/** Each user logs out. The cookies from before are kept, as a thief would have copied them. */
export const everyoneLogsOut = (): Step => ({ do: "log-out" });
/** Each user gets another client address, in another network: from the train's wifi to the office's. */
export const everyoneRoams = (): Step => ({ do: "change", what: "address" });
/** Each browser loses the cookies that it had before the login, which are the balancer's, and keeps the app's. */
export const everyoneLosesTheAffinityCookie = (): Step => ({ do: "change", what: "affinity-cookie" });
/** Stops an app server before anybody logs in. Homes were found while it was up, so it is known who belongs there. */
export const takeAway = (server: string): Step => ({ do: "take-away", server });
/** Measures something other than survival, for each architecture. */
export const measure = (what: Measure): Step => ({ do: "measure", measure: what });
/** Has a Redis server write a snapshot now (`SAVE`), so that it is known what is saved and what is not. */
export const snapshot = (server: string): Step => ({ do: "save", server });
/** Breaks something, several things at the same moment. */
export const inject = (...faults: Fault[]): Step => ({ do: "inject", faults });
/** Repairs everything, newest fault first, and waits until the lab is well. */
export const healEverything = (): Step => ({ do: "heal" });
/** The final reads, after the repair: they decide what became of each session. */
export const everyoneChecksIn = (): Step => ({ do: "check-in" });

/** What an expectation may look at: one session, as it was placed before anything broke. */
export interface SessionFacts {
  policy: Policy;
  store: Store;
  /** The app server that acknowledged the login. */
  home: string | undefined;
  /** The app server to which the policy led this browser when all were up; undefined without affinity. */
  seat: string | undefined;
  /** Where the balancer sends a stranger who has the address that the user is going to have; undefined if it keeps its own. */
  newSeat: string | undefined;
  /** The balancer has given this browser a cookie of its own. */
  hasAffinityCookie: boolean;
  victim: string;
  /**
   * Was the session in the last snapshot of its store's server? `unsure` where a write and the snapshot fall into the same
   * second; `some` where only the earlier of its writes are in it.
   */
  inSnapshot: "all" | "some" | "none" | "unsure";
}

/** What theory says of a session, and why. Several fates only where theory itself leaves it open. */
export interface Expectation {
  fate: Fate | Fate[];
  because: string;
}

/** What is known of an architecture when something is measured. */
export interface Seen {
  policy: Policy;
  store: Store;
  /** Subjects by home. */
  homes: Readonly<Record<string, number>>;
  /** Answers to the subjects' browsers since the last fault, by kind; `degraded` is counted beside `me`. */
  answers: Readonly<Record<"me" | "someone-else" | "anonymous" | "store-unreachable" | "none" | "degraded", number>>;
}

/** Something other than survival, with what theory says of it. */
export interface Measure {
  name: string;
  unit: string;
  value(seen: Seen): number;
  bound(seen: Seen): { atLeast?: number; atMost?: number; because: string };
}

export interface Scenario {
  title: string;
  question: string;
  architectures: Selection & {
    /** A store that the faults do not touch and that always takes part, so that there is something to compare with. */
    controlStore?: string;
  };
  /** All users sit in one office: their addresses are in one /24, and nobody chooses where they land. */
  clients?: "one-network";
  /** The column of `lab compare` that this scenario fills: a label of a few words, and its name for `--need`. */
  compare?: { label: string; need: string };
  /** Is this what one would wish of an architecture? By default that every session survived. */
  wish?(found: Wished): boolean;
  steps: Step[];
  expect(session: SessionFacts): Expectation;
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
