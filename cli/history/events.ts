import * as z from "zod";
import { longestName, longestTime, mostItems, mostNames } from "./bounds.ts";
import { architectureFacts, serviceFacts } from "./facts.ts";
import { name, text, time } from "./values.ts";

/**
 * The history of a run: everything that was done to the lab and everything it answered, one JSON object a line, in the order
 * of completion. The verdict is a function of these events and of nothing else, so whatever a judge needs must be here.
 *
 * Times (`at`) are milliseconds since the run began, on one monotonic clock; durations (`ms`) are milliseconds.
 *
 * Histories come from outside, too: another machine, an older version, a damaged disk. A reader leaves out fields that it does not
 * know (events may gain some), and refuses unknown types and wrong shapes.
 */

/** Raised when an event changes its meaning; upgrade.ts reads the version before. */
export const historyVersion = 2;

const at = time;

const asked = z.object({
  policies: z.array(name).min(1).max(mostNames).exactOptional(),
  stores: z.array(name).min(1).max(mostNames).exactOptional(),
  users: z.number().int().positive().exactOptional(),
  victim: name.exactOptional(),
  /** How often the scenario was to be played. */
  trials: z.number().int().positive().exactOptional(),
});

/** What somebody chose for a run; what is missing was left to the scenario and the lab. With the seed it makes the same run again. */
export interface Asked extends z.infer<typeof asked> {}

const trial = z.object({
  /** The set's id, and the seed from which the seeds of its trials follow. */
  set: name,
  seed: z.number().int(),
  /** The first is 1. */
  number: z.number().int().positive(),
});

/** The set of trials that a run is part of. */
export interface Trial extends z.infer<typeof trial> {}

const next = z.object({ scenario: text, toSee: text });

/** What is worth doing after a run: another scenario, and what one will see there, in words that go on after "to see". */
export interface NextStep extends z.infer<typeof next> {}

const versions = z.object({
  lab: text,
  engine: text,
  compose: text,
  nginx: text,
  node: text,
  redis: text,
  /** By the name of each image that the lab ran: its digest in the registry that it came from, else its id. */
  images: z.record(name, name).exactOptional(),
});

/** Versions of everything that takes part; "unknown" where something does not say. */
export interface Versions extends z.infer<typeof versions> {}

export const run = z.object({
  type: z.literal("run"),
  historyVersion: z.literal(historyVersion),
  id: name,
  /** ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  command: text,
  seed: z.number().int(),
  asked: asked.exactOptional(),
  trial: trial.exactOptional(),
  /** Subjects per architecture. */
  usersPerArchitecture: z.number().int().positive(),
  scenario: z.object({ id: name, title: text, question: text, next: next.exactOptional() }),
  /** The app server that this run's app-server faults are aimed at. */
  victim: name,
  /** All that run, in the order in which a picture shows them. */
  services: z.array(serviceFacts).min(1).max(mostNames),
  architectures: z.array(architectureFacts).min(1).max(mostNames),
  versions,
});

/** First line of every history: what was asked of which lab. */
export interface RunEvent extends z.infer<typeof run> {}

const phase = z.enum(["baseline", "fault", "final"]);

/** The phases that the judge tells apart; an operation belongs to the phase in which it was invoked. */
export type Phase = z.infer<typeof phase>;

const step = z.object({ type: z.literal("step"), at, phase, step: text, says: text.exactOptional() });

/** A new phase begins, or the narrator speaks. */
export interface StepEvent extends z.infer<typeof step> {}

const user = z.object({
  type: z.literal("user"),
  at,
  user: name,
  architecture: name,
  /**
   * A `control` is there only so that each app server is home to somebody when few users were asked for: it is judged like the others,
   * but not counted. A `canary` logs in after the repair to show that new sessions work. A `stranger` brings cookies that are not its
   * own; all that matters of it is whether it is shown somebody else's session.
   */
  role: z.enum(["subject", "control", "canary", "stranger"]),
  address: name,
  /** The app server to which the policy led this browser when all were up; unknown without affinity. */
  seat: name.exactOptional(),
  /** How long its session may go unused, in milliseconds, where its login asked for less than usual. */
  idleMs: z.number().positive().max(longestTime).exactOptional(),
});

/** A virtual user enters. */
export interface UserEvent extends z.infer<typeof user> {}

export const operation = z.object({
  type: z.literal("operation"),
  /** When it was invoked. */
  at,
  ms: time,
  user: name,
  kind: z.enum(["log-in", "add-item", "who-am-i", "log-out"]),
  phase,
  /**
   * Whose cookies were sent, and where to. `live`: the browser's own jar. `pinned`: the cookies of the last acknowledged write.
   * `home`: those pinned cookies, straight to the app server that the session began on. The last two only diagnose.
   */
  jar: z.enum(["live", "pinned", "home"]),
  connection: z.enum(["kept", "fresh"]),
  /** `unknown`: sent, but no answer says whether it was carried out. `rejected`: certainly not applied. */
  outcome: z.enum(["ok", "rejected", "unknown"]),
  /**
   * Only the first three are definitive. `store-unreachable` is the app server's 503; `none` covers refused, reset, timeout, 5xx,
   * malformed.
   */
  answer: z.enum(["me", "someone-else", "anonymous", "store-unreachable", "none"]),
  /** The app server that answered, and which life of it: a random id per process start. */
  server: name.exactOptional(),
  boot: name.exactOptional(),
  /** The cart in the answer, and its version, for answers that show a session. */
  cart: z.array(z.string().max(longestName)).max(mostItems).exactOptional(),
  cartVersion: z.number().int().nonnegative().exactOptional(),
  /** The item that an `add-item` added. */
  item: name.exactOptional(),
  /** HTTP status, when there was one. */
  status: z.number().int().exactOptional(),
  /** Why there was no definitive answer, in a few words. */
  reason: text.exactOptional(),
  /** The app says that it answers from a fallback without session data. */
  degraded: z.literal(true).exactOptional(),
});

/** One operation of one user, written when its outcome is known. */
export interface OperationEvent extends z.infer<typeof operation> {}
export type OperationKind = OperationEvent["kind"];
export type Jar = OperationEvent["jar"];
export type Outcome = OperationEvent["outcome"];
export type Answer = OperationEvent["answer"];

const change = z.object({
  type: z.literal("change"),
  at,
  user: name,
  what: z.enum(["address", "affinity-cookie", "forged-affinity", "log-out"]),
  says: text,
});

/** Something about a user was changed on purpose: its address, its cookies. */
export interface ChangeEvent extends z.infer<typeof change> {}

const measure = z.object({
  type: z.literal("measure"),
  at,
  architecture: name,
  /** What was measured, in words. */
  name: text,
  value: z.number(),
  /** E.g. `share`, `requests`, `sessions`. */
  unit: text,
  atLeast: z.number().exactOptional(),
  atMost: z.number().exactOptional(),
  because: text,
});

/** Something other than survival that a scenario measures, with the bound that theory sets. Recorded once per architecture. */
export interface MeasureEvent extends z.infer<typeof measure> {}

const copied = z.enum(["all", "some", "none", "unsure"]);

/** `some`: the login, and not all that followed; `unsure`: the copies differ, or one did not say. */
export type Copied = z.infer<typeof copied>;

const expectation = z.object({
  type: z.literal("expectation"),
  at,
  user: name,
  /** Several only where theory itself leaves it open, e.g. a write in the very second of a snapshot. */
  fates: z.array(name).min(1).max(mostNames),
  because: text,
  /** The service that held the session before the fault, where several share the sessions out. */
  keptOn: name.exactOptional(),
  /** What of its acknowledged writes the copies had before the fault, where there are copies. */
  copied: copied.exactOptional(),
});

/** What theory says of one session, written down before the first fault. */
export interface ExpectationEvent extends z.infer<typeof expectation> {}

const effect = z.object({
  /**
   * `ends`: the process is gone, with all that was only in its memory; `restarts`: another one has taken its place; `begins`: one that was
   * away is there again; `freezes`: it does nothing and keeps its memory.
   */
  process: z.enum(["ends", "restarts", "begins", "freezes"]).exactOptional(),
  /** Nobody reaches it, and it reaches nobody. */
  reach: z.literal("nobody").exactOptional(),
  /** How it stands in the balancers' lists of app servers. */
  lists: z.enum(["joined", "draining", "out"]).exactOptional(),
  /** What becomes of the data of a store's server, or of their copies. */
  data: z.enum(["evicts", "refuses-writes", "reads-new-file", "fills", "holds-copies-back", "saves"]).exactOptional(),
});

/** What a fault does to its target while it lasts. What is left out stays as it was. */
export interface FaultEffect extends z.infer<typeof effect> {}

const evidence = z.object({ source: z.enum(["engine", "felt"]), shows: z.boolean(), says: text });

/** One independent sign: what the engine says, or what is felt by somebody who uses the victim. */
export interface Evidence extends z.infer<typeof evidence> {}

export const fault = z.object({
  type: z.literal("fault"),
  at,
  kind: name,
  target: name,
  /** `injecting` is written before anything is done. */
  state: z.enum(["injecting", "injected", "unconfirmed", "confirmed", "healing", "healed", "failed"]),
  effect,
  /** Done beforehand, as a condition of the experiment: it is no fault under test. */
  condition: z.literal(true).exactOptional(),
  /** Signs that the fault happened (state confirmed), or what was seen instead (unconfirmed, failed). */
  evidence: z.array(evidence).max(mostNames).exactOptional(),
});

/** A moment in a fault's life. */
export interface FaultEvent extends z.infer<typeof fault> {}

const storeSeen = z.object({
  type: z.literal("store-seen"),
  at,
  when: z.enum(["before-fault", "settled"]),
  server: name,
  /** Redis `INFO server` run_id: another one means another process. */
  runId: text,
  /** Keys in the database (`DBSIZE`). */
  keys: z.number().int().nonnegative(),
  /** Keys that it removed for want of memory since it was started (`evicted_keys`). */
  evicted: z.number().int().nonnegative().exactOptional(),
  /** As it says itself (`INFO replication`), where there are copies. */
  role: z.enum(["master", "slave"]).exactOptional(),
});

/** A look at a store's server: taken before the first fault and after the repair. */
export interface StoreSeenEvent extends z.infer<typeof storeSeen> {}

const settled = z.object({ type: z.literal("settled"), at, ok: z.boolean(), says: text });

/** The repair is over: everything healthy, the balancers' failure windows closed, a canary logged in on every app server. */
export interface SettledEvent extends z.infer<typeof settled> {}

const alert = z.object({ type: z.literal("alert"), at, service: name, line: text });

/** A line in a balancer's log that must never be there, e.g. nginx's [alert] and [emerg]. */
export interface AlertEvent extends z.infer<typeof alert> {}

const failover = z.object({
  type: z.literal("failover"),
  at,
  policy: name,
  /** The app server that was given up on. */
  server: name,
  /** The line of the balancer's log. */
  line: text,
});

/**
 * A balancer gave up on an app server that nobody had broken: it was too slow, as on a busy machine, or died. Where that leads its
 * browsers is neither the scenario's doing nor the architecture's.
 */
export interface FailoverEvent extends z.infer<typeof failover> {}

const disturbance = z.object({
  type: z.literal("disturbance"),
  /** When it was seen. */
  at,
  service: name,
  /** When it happened, as the engine says, in milliseconds of the run. */
  happenedAt: time,
  /** Goes on after the service's name, e.g. `was restarted by somebody else`. */
  says: text,
});

/**
 * A service became another process, or was frozen, stopped or cut off, in the middle of the run, and nothing on record did that: it
 * was somebody else's doing, or it died by itself. What lived there says nothing of the architecture.
 */
export interface DisturbanceEvent extends z.infer<typeof disturbance> {}

const leftover = z.object({
  type: z.literal("leftover"),
  at,
  kind: z.enum(["container", "network", "volume", "process"]),
  name,
});

/** Something of the lab that was still on the machine after this command had removed everything it started. */
export interface LeftoverEvent extends z.infer<typeof leftover> {}

const end = z.object({ type: z.literal("end"), at, complete: z.boolean(), reason: text.exactOptional() });

/** Last line. A history without it, or with `complete: false`, is judged as far as it goes. */
export interface EndEvent extends z.infer<typeof end> {}

const event = z.discriminatedUnion("type", [
  run,
  step,
  user,
  operation,
  expectation,
  fault,
  storeSeen,
  settled,
  change,
  measure,
  alert,
  failover,
  disturbance,
  leftover,
  end,
]);

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

/** @throws ZodError when the value is not an event of this version */
export function parseEvent(value: unknown): HistoryEvent {
  return event.parse(value);
}
