import { endsProcess } from "../history/effects.ts";
import type {
  ChangeEvent,
  ExpectationEvent,
  FailoverEvent,
  FaultEvent,
  HistoryEvent,
  OperationEvent,
  UserEvent,
} from "../history/events.ts";
import { noteDisturbance, noteUnplannedLife, noteUnplannedStore } from "./disturbances.ts";
import { newFinalReads } from "./final-reads.ts";
import type { FaultRecord, RunRecord } from "./run-record.ts";
import { newSession, noteOperation } from "./session-record.ts";

/** A damaged history has one for each of its users, perhaps; a few are shown. */
const mostContradictions = 10_000;

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
    noteCondition(record, event);
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

/** What was seen once stays seen: what fails afterwards is its repair. */
function noteCondition({ conditions }: RunRecord, { kind, target, state, evidence = [] }: FaultEvent): void {
  const name = `${kind} ${target}`;
  if (state === "confirmed" && isTwofold(evidence)) conditions.set(name, true);
  else if (["confirmed", "unconfirmed", "failed"].includes(state) && !conditions.get(name)) conditions.set(name, false);
}

function isTwofold(evidence: FaultRecord["evidence"]): boolean {
  return (["engine", "felt"] as const).every((source) => evidence.some((sign) => sign.source === source && sign.shows));
}

function beginFinalReads(record: RunRecord, at: number): void {
  record.finalFrom = Math.max(record.finalFrom, at);
  for (const session of record.readAgain) session.final = newFinalReads();
  record.readAgain.clear();
}
