import type { Copied, NextStep } from "../history/events.ts";
import { appServers, spareProfile, spareServers } from "../lab/topology.ts";
import type { Fault } from "../servers/fault.ts";
import type { Fate } from "../verdict/fates.ts";
import type { Selection } from "./architectures.ts";
import type { Policy } from "./policies.ts";
import type { Store } from "./stores.ts";

/** The words of which scenarios are made. Steps are data; the runner plays them in order. */
export type Step =
  | { do: "tell"; text: string }
  | { do: "log-in"; idleEnd?: "soon"; only?: readonly Third[] }
  | { do: "shop"; only?: readonly Third[] }
  | { do: "read-back" | "log-out" | "heal" | "settle" | "check-in" }
  | { do: "change"; what: "address" | "affinity-cookie" | "forged-affinity" }
  | { do: "plant" | "try-planted" | "forge" | "try-copies" }
  | { do: "keep-shopping"; forMs: number | "until-idle-end" }
  | { do: "fill"; servers: string[] }
  | { do: "take-away"; server: string }
  | { do: "measure"; measure: Measure }
  | { do: "browse"; forMs: number; untilAnsweredMs?: number }
  | { do: "save"; server: string }
  | { do: "hold-copies" }
  | { do: "inject"; faults: Fault[] };

/** The users of each architecture in three parts of equal size, so that some act before a moment and some after it. */
export type Third = "first" | "second" | "third";

/** Put in place of a name: the app server that `--victim` chooses. */
export const victim = "victim";
/** Put in place of a name: of the servers that copy each other the one that takes the writes, whichever that is by now. */
export const master = "master";
/** Put in place of a name: of the servers that share out a store's sessions the one that has most of this run's. */
export const fullest = "fullest";
/**
 * Put in place of a name: every Redis server of the core, and those of the other stores that take part. Optional servers that
 * no store of the run uses are left alone.
 */
export const everyRedis = "every-redis";

/** Says to the audience what happens next. */
export const tell = (text: string): Step => ({ do: "tell", text });
/** Each user logs in, once and for all: a second login would hide a loss. `soon`: idle sessions end within seconds. */
export const everyoneLogsIn = (options: { idleEnd?: "soon" } = {}): Step => ({ do: "log-in", ...options });
/** Each user puts one item into the cart. */
export const everyoneShops = (): Step => ({ do: "shop" });
/** These thirds of the users log in. */
export const someLogIn = (...only: readonly Third[]): Step => ({ do: "log-in", only });
/** These thirds of the users put one more item into the cart. */
export const someShop = (...only: readonly Third[]): Step => ({ do: "shop", only });
/** The baseline: each user must be recognised at least three times before anything is broken. */
export const everyoneReadsBack = (): Step => ({ do: "read-back" });
/**
 * Steady traffic: everybody keeps asking who they are. With `untilAnsweredMs` until everybody has a definitive answer again, or
 * for so long.
 */
export const everyoneBrowses = (options: { forMs: number; untilAnsweredMs?: number }): Step => ({
  do: "browse",
  ...options,
});
/** Each user logs out. The cookies from before are kept, as a thief would have copied them. */
export const everyoneLogsOut = (): Step => ({ do: "log-out" });
/** Each user gets another client address, in another network: from the train's wifi to the office's. */
export const everyoneRoams = (): Step => ({ do: "change", what: "address" });
/** Each browser loses the cookies that it had before the login, which are the balancer's, and keeps the app's. */
export const everyoneLosesTheAffinityCookie = (): Step => ({ do: "change", what: "affinity-cookie" });
/** Each browser sends a balancer's cookie that is not its own, but leads to another app server. */
export const everyoneForgesTheAffinityCookie = (): Step => ({ do: "change", what: "forged-affinity" });
/**
 * Every second user stays away; the others, the regulars, keep filling their carts: for a while, or until the sessions that
 * nobody uses must have ended.
 */
export const regularsKeepShopping = (options: { forMs: number | "until-idle-end" }): Step => ({
  do: "keep-shopping",
  ...options,
});
/** An attacker plants an app's cookie in each browser before its user logs in: a real one of his own, or a made-up one. */
export const attackersPlantCookies = (): Step => ({ do: "plant" });
/** The attackers try the cookies that they planted, wherever the user's session may live. */
export const attackersTryThem = (): Step => ({ do: "try-planted" });
/** Strangers without a session send balancer's cookies: copied ones, names and numbers of app servers, nonsense. */
export const strangersForgeAffinity = (): Step => ({ do: "forge" });
/** Thieves try the cookies that each browser had before its logout, by the usual way. */
export const thievesTryTheCopies = (): Step => ({ do: "try-copies" });
/** Another application fills these Redis servers with keys of its own, which have no end. Removed with the repair. */
export const fill = (...servers: string[]): Step => ({ do: "fill", servers });
/** Stops an app server before anybody logs in. Homes were found while it was up, so it is known who belongs there. */
export const takeAway = (server: string): Step => ({ do: "take-away", server });
/** Measures something other than survival, for each architecture. */
export const measure = (what: Measure): Step => ({ do: "measure", measure: what });
/** Has a Redis server write a snapshot now (`SAVE`), so that it is known what is saved and what is not. */
export const snapshot = (server: string): Step => ({ do: "save", server });
/**
 * From now on the master refuses its replicas: it acknowledges writes that no copy has, as it does for a moment with every write,
 * so that it is known what is copied and what is not. Ends with the repair.
 */
export const copiesFallBehind = (): Step => ({ do: "hold-copies" });
/** Breaks something, several things at the same moment. */
export const inject = (...faults: Fault[]): Step => ({ do: "inject", faults });
/** Repairs everything, newest fault first, and waits until the lab is well. */
export const healEverything = (): Step => ({ do: "heal" });
/** Waits until all is well with things as they are now, and repairs nothing: what was changed is meant to stay. */
export const everythingSettles = (): Step => ({ do: "settle" });
/** The same steps for one app server after the other, as a deployment does it. */
export const forEachServer = (stepsFor: (server: string, index: number) => Step[]): Step[] =>
  appServers.flatMap(stepsFor);
/** All app servers that take part from the beginning. */
export const everyServer = (faultFor: (server: string) => Fault): Fault[] => appServers.map(faultFor);
/** The first of the spare app servers, and all of them; a scenario that uses them needs the Compose profile `spare`. */
export const oneSpare = (faultFor: (server: string) => Fault): Fault[] => spareServers.slice(0, 1).map(faultFor);
export const everySpare = (faultFor: (server: string) => Fault): Fault[] => spareServers.map(faultFor);
export { spareProfile };
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
  /**
   * Where the balancer's arithmetic leads this browser when the spare servers of the scenario have joined; undefined where
   * nothing is computed.
   */
  seatAmongMore: string | undefined;
  /** The balancer has given this browser a cookie of its own. */
  hasAffinityCookie: boolean;
  /** A user who does not come back until the final reads, where the others keep shopping. */
  staysAway: boolean;
  victim: string;
  /**
   * Was the session in the last snapshot of its store's server? `unsure` where a write and the snapshot fall into the same
   * second; `some` where only the earlier of its writes are in it.
   */
  inSnapshot: "all" | "some" | "none" | "unsure";
  /** Of the servers that share out a store's sessions, the one that holds this one; undefined where one server holds all. */
  keptOn: string | undefined;
  /** Of these servers, the one that has most of this run's sessions. */
  fullest: string | undefined;
  /** What the replicas have of it: `some` is the login, and not all that followed. `unsure` where there are none, or they differ. */
  copied: Copied;
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
  answers: Answers;
  /** The same, only of those whose own session is on none of the servers that are broken. */
  answersElsewhere: Answers;
  /** How many these are. */
  subjectsElsewhere: number;
  strangers: Readonly<StrangersSeen>;
  stored?: Readonly<StoreSeen>;
}

/** What strangers got with cookies that are not theirs. Counted are those who go after a subject. */
export interface StrangersSeen {
  tried: number;
  /** Tries that showed somebody else's session: there must be none. */
  opened: number;
  /** Tries without a definitive answer: they prove nothing. */
  unanswered: number;
  /** Browsers that still held a planted cookie after their login. */
  kept: number;
  /** Strangers with a copy of a user's balancer's cookie, and how many of them reached that user's app server. */
  copied: number;
  ledByCopy: number;
  /** Subjects whose session a copy of all their cookies from before the logout opened. */
  openedByCopy: number;
  /** What the balancer's cookie says of the app server, as seen: its name, its number, nothing readable; or there is no such cookie. */
  cookieSays: "name" | "number" | "nothing" | "no-cookie";
  /** App servers that strangers reached each time by writing the server's name or number into the cookie. */
  ledByName: number;
}

/** What a store holds, counted over all of the run's architectures that share it. */
export interface StoreSeen {
  /** Users whose sessions are there: those who keep shopping, those who stay away, and of the former those whose requests do not always reach their session. */
  regulars: number;
  away: number;
  flickering: number;
  /** Sessions that the app servers count there, before anybody logged in and now; null where nobody can know. */
  held: { before: number | null; now: number | null };
  /**
   * Keys or rows on its server (`DBSIZE`, `count(*)`), keys that Redis evicted, and users of all stores there; undefined where there
   * is no server.
   */
  server?: { entries: { before: number; now: number }; evicted: number; regulars: number; away: number };
}

export type Answers = Readonly<
  Record<"me" | "someone-else" | "anonymous" | "store-unreachable" | "none" | "degraded", number>
>;

/** Something other than survival, with what theory says of it. */
export interface Measure {
  name: string;
  unit: string;
  /**
   * Whether the store is looked into for it; without it there is no `seen.stored`. `when-expired`: Redis removes keys whose time
   * is over in the background, and is given a few seconds for it.
   */
  looksIntoStore?: "now" | "when-expired";
  value(seen: Seen): number;
  bound(seen: Seen): { atLeast?: number; atMost?: number; because: string };
}

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
