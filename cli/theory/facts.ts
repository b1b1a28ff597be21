import type { Copied } from "../history/events.ts";
import type { Fate } from "../verdict/fates.ts";
import type { Policy } from "./policies.ts";
import type { Store } from "./stores.ts";

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
