import { endsProcess } from "../history/effects.ts";
import type {
  AlertEvent,
  ChangeEvent,
  EndEvent,
  ExpectationEvent,
  FailoverEvent,
  FaultEffect,
  FaultEvent,
  HistoryEvent,
  LeftoverEvent,
  MeasureEvent,
  OperationEvent,
  RunEvent,
  SettledEvent,
  StoreSeenEvent,
  UserEvent,
} from "../history/events.ts";
import type { ArchitectureFacts, Role } from "../history/facts.ts";
import { servicesIn } from "../history/run-services.ts";
import { type Disturbance, noteDisturbance, noteUnplannedLife, noteUnplannedStore } from "./disturbances.ts";
import { newFinalReads } from "./final-reads.ts";
import { newSession, noteOperation, type SessionRecord } from "./session-record.ts";

/** A damaged history has one for each of its users, perhaps; a few are shown. */
const mostContradictions = 10_000;

/** One fault, from its first event to its last. */
export interface FaultRecord {
  kind: string;
  target: string;
  effect: FaultEffect;
  injectedAt: number;
  /** By two independent signs: what the engine says, and what is felt. */
  confirmed: boolean;
  confirmedAt?: number;
  healed: boolean;
  evidence: NonNullable<FaultEvent["evidence"]>;
}

/** Everything the judge remembers of a run. */
export interface RunRecord {
  run: RunEvent;
  /** By service. */
  roles: ReadonlyMap<string, Role>;
  architectures: Map<string, ArchitectureFacts>;
  sessions: Map<string, SessionRecord>;
  /** What was said of each session before the first fault and the first final read; anything said later is no prediction. */
  expectations: Map<string, { fates: string[]; because: string }>;
  predictionsClosed: boolean;
  faults: FaultRecord[];
  /** Process starts seen in answers, per app server, in order. */
  boots: Map<string, Set<string>>;
  storesBefore: Map<string, StoreSeenEvent>;
  storesSettled: Map<string, StoreSeenEvent>;
  settled?: SettledEvent;
  /** The last fault or settle point: only what was read after it is a final read. */
  finalFrom: number;
  /** Sessions that were read in the final phase since then: their reads do not count when another fault or repair comes. */
  readAgain: Set<SessionRecord>;
  /** The first answer with somebody else's session that no judged session accounts for. */
  strayCrossing?: Pick<OperationEvent, "user">;
  /** What no sound history says, in sentences, so many at most. */
  contradictions: Set<string>;
  /** What scenarios measured besides survival, in order. */
  measures: MeasureEvent[];
  alerts: AlertEvent[];
  /** App servers that a balancer gave up on although nobody had broken them, by policy. */
  failovers: Map<string, Set<string>>;
  /** What somebody else did to services in the middle of the run, by service. */
  disturbances: Map<string, Disturbance>;
  /** A process was ended as a condition of the experiment; another one takes its place with the repair. */
  conditionEndedProcess: boolean;
  leftovers: LeftoverEvent[];
  end?: EndEvent;
  lastAt: number;
  /** When the last answer came: until then whoever got none was waiting. */
  lastAnswerAt: number;
}

export function newRun(run: RunEvent): RunRecord {
  return {
    run,
    roles: rolesIn(run),
    architectures: new Map(run.architectures.map((architecture) => [architecture.id, architecture])),
    sessions: new Map(),
    expectations: new Map(),
    predictionsClosed: false,
    faults: [],
    boots: new Map(),
    storesBefore: new Map(),
    storesSettled: new Map(),
    finalFrom: 0,
    readAgain: new Set(),
    contradictions: new Set(),
    measures: [],
    alerts: [],
    failovers: new Map(),
    disturbances: new Map(),
    conditionEndedProcess: false,
    leftovers: [],
    lastAt: 0,
    lastAnswerAt: 0,
  };
}

/** Of services of one name the first counts. */
function rolesIn(run: RunEvent): ReadonlyMap<string, Role> {
  return new Map(
    servicesIn(run)
      .toReversed()
      .map(({ name, role }) => [name, role]),
  );
}

/** Takes one event into account. Events must come in the order of the history. */
export function noteEvent(record: RunRecord, event: HistoryEvent): void {
  if (event.type !== "run") record.lastAt = Math.max(record.lastAt, event.at);
  switch (event.type) {
    case "user":
      noteUser(record, event);
      return;
    case "operation":
      noteOperationOf(record, event);
      return;
    case "expectation":
      noteExpectation(record, event);
      return;
    case "fault":
      noteFault(record, event);
      return;
    case "store-seen":
      noteUnplannedStore(record, event);
      (event.when === "settled" ? record.storesSettled : record.storesBefore).set(event.server, event);
      return;
    case "settled":
      record.settled = event;
      beginFinalReads(record, event.at);
      return;
    case "change":
      noteChange(record, event);
      return;
    case "measure":
      record.measures.push(event);
      return;
    case "alert":
      record.alerts.push(event);
      return;
    case "failover":
      noteFailover(record, event);
      return;
    case "disturbance":
      noteDisturbance(record, event);
      return;
    case "leftover":
      record.leftovers.push(event);
      return;
    case "end":
      record.end = event;
      return;
    case "run":
      noteContradiction(record, "the history tells of a second run");
      return;
    case "step":
      return;
    default:
      event satisfies never;
  }
}

function noteExpectation(record: RunRecord, { user, fates, because, keptOn, copied }: ExpectationEvent): void {
  if (record.predictionsClosed) return;
  record.expectations.set(user, { fates, because });
  const session = record.sessions.get(user);
  if (session && keptOn !== undefined) session.keptOn = keptOn;
  if (session && copied !== undefined) session.copied = copied;
}

function noteFailover({ failovers }: RunRecord, { policy, server }: FailoverEvent): void {
  failovers.set(policy, (failovers.get(policy) ?? new Set()).add(server));
}

function noteUser(record: RunRecord, event: UserEvent): void {
  const known = record.sessions.get(event.user);
  // Canaries come again after each repair, under the same names.
  if (!known || (known.role === "canary" && event.role === "canary"))
    record.sessions.set(event.user, newSession(event));
  else noteContradiction(record, `user ${event.user} entered twice`);
  if (!record.architectures.has(event.architecture))
    noteContradiction(record, `user ${event.user} is of ${event.architecture}, which takes no part in this run`);
}

function noteOperationOf(record: RunRecord, event: OperationEvent): void {
  const session = record.sessions.get(event.user);
  record.lastAnswerAt = Math.max(record.lastAnswerAt, event.at + event.ms);
  if (event.phase === "final") {
    record.predictionsClosed = true;
    if (session) record.readAgain.add(session);
  }
  if (session) noteOperation(session, event, record.finalFrom);
  else noteContradiction(record, `user ${event.user} acted without ever having entered`);
  if (session && session.logins > 1)
    noteContradiction(record, `user ${event.user} logged in twice, which would hide a loss`);
  const isUser = session?.role === "subject" || session?.role === "control";
  const isJudged = session && isUser && record.architectures.has(session.architecture);
  if (event.answer === "someone-else" && !isJudged) record.strayCrossing ??= { user: event.user };
  noteUnplannedLife(record, event);
  noteBoot(record.boots, event.server, event.boot);
}

/** From here on the world is another one: what is predicted now is no prediction. */
function noteChange(record: RunRecord, { user, what, says, at }: ChangeEvent): void {
  record.predictionsClosed = true;
  const session = record.sessions.get(user);
  if (session) {
    session.changes ??= new Map();
    session.changes.set(what, { at, says });
  } else noteContradiction(record, `user ${user} was changed without ever having entered`);
}

function noteContradiction({ contradictions }: RunRecord, says: string): void {
  if (contradictions.size < mostContradictions) contradictions.add(says);
}

function noteBoot(boots: RunRecord["boots"], server: string | undefined, boot: string | undefined): void {
  if (server === undefined || boot === undefined) return;
  const seen = boots.get(server);
  if (seen) seen.add(boot);
  else boots.set(server, new Set([boot]));
}

function noteFault(record: RunRecord, event: FaultEvent): void {
  const { kind, target, state, at, effect, evidence } = event;
  if (event.condition) {
    record.conditionEndedProcess ||= endsProcess(effect);
    return;
  }
  if (state === "injecting") {
    record.faults.push({ kind, target, effect, injectedAt: at, confirmed: false, healed: false, evidence: [] });
    record.predictionsClosed = true;
    delete record.settled;
    beginFinalReads(record, at);
    return;
  }
  const fault = record.faults.findLast((known) => known.kind === kind && known.target === target);
  if (!fault) {
    noteContradiction(record, `fault ${kind} ${target} is ${state}, but was never written down before it was injected`);
    return;
  }
  if (state === "healed") fault.healed = true;
  if (fault.confirmed) return;
  fault.confirmed = state === "confirmed" && isTwofold(evidence ?? []);
  if (fault.confirmed) fault.confirmedAt = at;
  if (evidence) fault.evidence = evidence;
}

function isTwofold(evidence: FaultRecord["evidence"]): boolean {
  return (["engine", "felt"] as const).every((source) => evidence.some((sign) => sign.source === source && sign.shows));
}

function beginFinalReads(record: RunRecord, at: number): void {
  record.finalFrom = Math.max(record.finalFrom, at);
  for (const session of record.readAgain) session.final = newFinalReads();
  record.readAgain.clear();
}
