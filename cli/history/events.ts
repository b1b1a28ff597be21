/**
 * The history of a run: everything that was done to the lab and everything it answered, one JSON object a line, in the order
 * of completion. The verdict is a function of these events and of nothing else, so whatever a judge needs must be here.
 *
 * Times (`at`) are milliseconds since the run began, on one monotonic clock; durations (`ms`) are milliseconds.
 */

/** Raised when an event changes its meaning; a reader refuses histories of another version. */
export const historyVersion = 1;

/**
 * Longest time that a history may name, in ms: thirty years. Clocks and disks break so that numbers get larger; nothing that is
 * drawn to the scale of such a run could be seen, or would end.
 */
export const longestTime = 1e12;

/**
 * Longest text that a history may have, in UTF-16 units; names are shorter still. What the lab writes are sentences, and lines of logs
 * and errors, which are cut to this.
 */
export const longestText = 1_000;

/** Most items in a cart, of which a user adds a few. */
export const mostItems = 1_000;

/** What theory needs to know of a balancing policy; read from the comment in its nginx file. */
export interface PolicyFacts {
  id: string;
  /** How the same client finds the same app server again. */
  affinity: "none" | "address" | "cookie";
  /** Where clients go whose server comes back after a failover: they stay with the new one, or return; null without affinity. */
  afterFailover?: "stays" | "returns" | null;
  /** What remembers who belongs where; null without affinity. */
  keptIn?: "browser" | "address" | "balancer-memory" | null;
}

/** What theory needs to know of a session store; the app server states it. */
export interface StoreFacts {
  id: string;
  title: string;
  /** Where the session data are: in the app server's process, in a server of their own, or with the browser. */
  livesIn: "app-server" | "server" | "browser";
  /** The Compose service that holds the data, when it is a server of its own. */
  server: string | null;
  persistence: "none" | "save-points" | "append-only" | "write-ahead-log" | null;
  /** Several services that hold the sessions together: each a copy of all, or each a part. */
  group?: { services: string[]; holds: "copies" | "parts" } | null;
}

/** `policy.store`, one host name of the lab. */
export interface ArchitectureFacts {
  id: string;
  policy: PolicyFacts;
  store: StoreFacts;
}

/** First line of every history: what was asked of which lab. */
export interface RunEvent {
  type: "run";
  historyVersion: typeof historyVersion;
  id: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  command: string;
  seed: number;
  asked?: Asked;
  trial?: Trial;
  /** Subjects per architecture. */
  usersPerArchitecture: number;
  scenario: { id: string; title: string; question: string; next?: NextStep };
  /** The app server that this run's app-server faults are aimed at. */
  victim: string;
  appServers: string[];
  architectures: ArchitectureFacts[];
  versions: Versions;
}

/** What somebody chose for a run; what is missing was left to the scenario and the lab. With the seed it makes the same run again. */
export interface Asked {
  policies?: string[];
  stores?: string[];
  users?: number;
  victim?: string;
  /** How often the scenario was to be played. */
  trials?: number;
}

/** The set of trials that a run is part of. */
export interface Trial {
  /** The set's id, and the seed from which the seeds of its trials follow. */
  set: string;
  seed: number;
  /** The first is 1. */
  number: number;
}

/** What is worth doing after a run: another scenario, and what one will see there, in words that go on after "to see". */
export interface NextStep {
  scenario: string;
  toSee: string;
}

/** Versions of everything that takes part; "unknown" where something does not say. */
export interface Versions {
  lab: string;
  engine: string;
  compose: string;
  nginx: string;
  node: string;
  redis: string;
  /** By the name of each image that the lab ran: its digest in the registry that it came from, else its id. */
  images?: Record<string, string>;
}

/** The phases that the judge tells apart; an operation belongs to the phase in which it was invoked. */
export type Phase = "baseline" | "fault" | "final";

/** A new phase begins, or the narrator speaks. */
export interface StepEvent {
  type: "step";
  at: number;
  phase: Phase;
  step: string;
  says?: string;
}

/**
 * A virtual user enters. A `control` is there only so that each app server is home to somebody when few users were asked for:
 * it is judged like the others, but not counted. A `canary` logs in after the repair to show that new sessions work. A
 * `stranger` brings cookies that are not its own; all that matters of it is whether it is shown somebody else's session.
 */
export interface UserEvent {
  type: "user";
  at: number;
  user: string;
  architecture: string;
  role: "subject" | "control" | "canary" | "stranger";
  address: string;
  /** The app server to which the policy led this browser when all were up; unknown without affinity. */
  seat?: string;
  /** How long its session may go unused, in milliseconds, where its login asked for less than usual. */
  idleMs?: number;
}

export type OperationKind = "log-in" | "add-item" | "who-am-i" | "log-out";

/** `unknown`: sent, but no answer says whether it was carried out. `rejected`: certainly not applied. */
export type Outcome = "ok" | "rejected" | "unknown";

/** Only the first three are definitive. `store-unreachable` is the app server's 503; `none` covers refused, reset, timeout, 5xx, malformed. */
export type Answer = "me" | "someone-else" | "anonymous" | "store-unreachable" | "none";

/**
 * Whose cookies were sent, and where to. `live`: the browser's own jar. `pinned`: the cookies of the last acknowledged write.
 * `home`: those pinned cookies, straight to the app server that the session began on. The last two only diagnose.
 */
export type Jar = "live" | "pinned" | "home";

/** One operation of one user, written when its outcome is known. */
export interface OperationEvent {
  type: "operation";
  /** When it was invoked. */
  at: number;
  ms: number;
  user: string;
  kind: OperationKind;
  phase: Phase;
  jar: Jar;
  connection: "kept" | "fresh";
  outcome: Outcome;
  answer: Answer;
  /** The app server that answered, and which life of it: a random id per process start. */
  server?: string;
  boot?: string;
  /** The cart in the answer, and its version, for answers that show a session. */
  cart?: string[];
  cartVersion?: number;
  /** The item that an `add-item` added. */
  item?: string;
  /** HTTP status, when there was one. */
  status?: number;
  /** Why there was no definitive answer, in a few words. */
  reason?: string;
  /** The app says that it answers from a fallback without session data. */
  degraded?: true;
}

/** Something about a user was changed on purpose: its address, its cookies. */
export interface ChangeEvent {
  type: "change";
  at: number;
  user: string;
  what: "address" | "affinity-cookie" | "forged-affinity" | "log-out";
  says: string;
}

/** Something other than survival that a scenario measures, with the bound that theory sets. Recorded once per architecture. */
export interface MeasureEvent {
  type: "measure";
  at: number;
  architecture: string;
  /** What was measured, in words. */
  name: string;
  value: number;
  /** E.g. `share`, `requests`, `sessions`. */
  unit: string;
  atLeast?: number;
  atMost?: number;
  because: string;
}

/** What theory says of one session, written down before the first fault. */
export interface ExpectationEvent {
  type: "expectation";
  at: number;
  user: string;
  /** Several only where theory itself leaves it open, e.g. a write in the very second of a snapshot. */
  fates: string[];
  because: string;
  /** The service that held the session before the fault, where several share the sessions out. */
  keptOn?: string;
  /** What of its acknowledged writes the copies had before the fault, where there are copies. */
  copied?: Copied;
}

/** `some`: the login, and not all that followed; `unsure`: the copies differ, or one did not say. */
export type Copied = "all" | "some" | "none" | "unsure";

/** What a fault does to its target while it lasts. What is left out stays as it was. */
export interface FaultEffect {
  /**
   * `ends`: the process is gone, with all that was only in its memory; `restarts`: another one has taken its place; `begins`: one that was
   * away is there again; `freezes`: it does nothing and keeps its memory.
   */
  process?: "ends" | "restarts" | "begins" | "freezes";
  /** Nobody reaches it, and it reaches nobody. */
  reach?: "nobody";
  /** How it stands in the balancers' lists of app servers. */
  lists?: "joined" | "draining" | "out";
  /** What becomes of the data of a store's server, or of their copies. */
  data?: "evicts" | "refuses-writes" | "reads-new-file" | "fills" | "holds-copies-back" | "saves";
}

/** A fault's life. `injecting` is written before anything is done. */
export interface FaultEvent {
  type: "fault";
  at: number;
  kind: string;
  target: string;
  effect?: FaultEffect;
  /** It was injected before the experiment, as a condition of it, and is no part of what is tested. */
  condition?: true;
  state: "injecting" | "injected" | "unconfirmed" | "confirmed" | "healing" | "healed" | "failed";
  /** Signs that the fault happened (state confirmed), or what was seen instead (unconfirmed, failed). */
  evidence?: Evidence[];
}

/** One independent sign: what the engine says, or what is felt by somebody who uses the victim. */
export interface Evidence {
  source: "engine" | "felt";
  shows: boolean;
  says: string;
}

/** A look at a store's server: taken before the first fault and after the repair. */
export interface StoreSeenEvent {
  type: "store-seen";
  at: number;
  when: "before-fault" | "settled";
  server: string;
  /** Redis `INFO server` run_id: another one means another process. */
  runId: string;
  /** Keys in the database (`DBSIZE`). */
  keys: number;
  /** Keys that it removed for want of memory since it was started (`evicted_keys`). */
  evicted?: number;
  /** As it says itself (`INFO replication`), where there are copies. */
  role?: "master" | "slave";
}

/** The repair is over: everything healthy, the failure window of nginx closed, a canary logged in on every app server. */
export interface SettledEvent {
  type: "settled";
  at: number;
  ok: boolean;
  says: string;
}

/** A line in nginx's log that must never be there ([alert], [emerg]). */
export interface AlertEvent {
  type: "alert";
  at: number;
  service: string;
  line: string;
}

/**
 * A balancer gave up on an app server that nobody had broken: it was too slow, as on a busy machine, or died. Where that leads its
 * browsers is neither the scenario's doing nor the architecture's.
 */
export interface FailoverEvent {
  type: "failover";
  at: number;
  policy: string;
  /** The app server that was given up on. */
  server: string;
  /** The line of the balancer's log. */
  line: string;
}

/**
 * A service became another process, or was frozen, stopped or cut off, in the middle of the run, and nothing on record did that: it
 * was somebody else's doing, or it died by itself. What lived there says nothing of the architecture.
 */
export interface DisturbanceEvent {
  type: "disturbance";
  /** When it was seen. */
  at: number;
  service: string;
  /** When it happened, as the engine says, in milliseconds of the run. */
  happenedAt: number;
  /** Goes on after the service's name, e.g. `was restarted by somebody else`. */
  says: string;
}

/** Something of the lab that was still on the machine after this command had removed everything it started. */
export interface LeftoverEvent {
  type: "leftover";
  at: number;
  kind: "container" | "network" | "volume" | "process";
  name: string;
}

/** Last line. A history without it, or with `complete: false`, is judged as far as it goes. */
export interface EndEvent {
  type: "end";
  at: number;
  complete: boolean;
  reason?: string;
}

export type HistoryEvent =
  | RunEvent
  | StepEvent
  | UserEvent
  | OperationEvent
  | ExpectationEvent
  | FaultEvent
  | StoreSeenEvent
  | SettledEvent
  | ChangeEvent
  | MeasureEvent
  | AlertEvent
  | FailoverEvent
  | DisturbanceEvent
  | LeftoverEvent
  | EndEvent;
