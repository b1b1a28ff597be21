import { mostItems } from "../history/bounds.ts";
import type { ChangeEvent, Copied, OperationEvent, UserEvent } from "../history/events.ts";
import { type FinalReads, newFinalReads, newTally, noteFinalRead, type Tally, tally } from "./final-reads.ts";
import { noteOnce } from "./small-sets.ts";

/** Everything the judge remembers of one session: bounded, whatever the length of the history. */
export interface SessionRecord {
  user: string;
  architecture: string;
  role: UserEvent["role"];
  /** How long the session may go unused, in milliseconds, if its login asked for less than usual. */
  idleMs?: number;
  /** When the last write was acknowledged: until then it was in use. */
  lastUsedAt?: number;
  /** It was used after the baseline, too. */
  isRegular?: true;
  /** It was asked for after its idle end, although it was meant to be in use. */
  overslept?: true;
  /** Where the policy led this browser when every app server was up. */
  seat?: string;
  /** Of several services that share the sessions out, the one that held this one before the fault. */
  keptOn?: string;
  /** What the copies had of it before the fault, where there are copies. */
  copied?: Copied;
  /** What was done to the user on purpose, and when. */
  changes?: Map<ChangeEvent["what"], { at: number; says: string }>;
  /** The app server that acknowledged the login, its life at that moment, and when the login was sent. */
  home?: { server: string; boot: string; at: number };
  /** Acknowledged logins. A second one would hide the loss of the first session. */
  logins: number;
  /** Items whose addition was acknowledged, a thousand at most, and the highest cart version acknowledged. */
  acknowledgedItems: string[];
  acknowledgedVersion: number;
  /** `unknown`: sent, but never answered; the session may be over or not. */
  logout?: "acknowledged" | "unknown";
  /** First answer that showed somebody else. */
  crossing?: Pick<OperationEvent, "server">;
  /** Answers between login and logout, before the fault, and the connections over which the user was recognised. */
  baseline: Tally & { recognisedOver: OperationEvent["connection"][]; knownAt: string[]; unknownAt: string[] };
  final: FinalReads;
  /** The last reason given for an indefinite answer, and whether the store was it. */
  lastTrouble?: { answer: OperationEvent["answer"]; reason: string; server?: string };
  /** When the first anonymous answer to the live jar after the baseline came. */
  firstAnonymousAt?: number;
  /** When the user was last recognised before the first anonymous answer after the baseline. */
  lastKnownAt?: number;
  interruption: Interruption;
}

/** What a user felt from the fault on, even when the session survived. */
export interface Interruption {
  failedRequests: number;
  timesAnonymous: number;
  /**
   * The longest that the user waited for a definitive answer, whatever it said: from the request that began it, over those without
   * an answer, to the answer.
   */
  longestGapMs: number;
  /** When that longest wait began. */
  longestGapFrom?: number;
  /** When the first request was sent that has had no definitive answer yet; undefined when there is none. */
  waitingSince?: number;
}

/** What a user felt in all: whoever still waited when the last answer of the run came had waited until then. */
export interface WholeInterruption extends Omit<Interruption, "waitingSince"> {
  stillWaiting?: true;
}

/** @param endAt when the last answer of the run came, in milliseconds of the run */
export function interruptionUntil(endAt: number, { interruption }: SessionRecord): WholeInterruption {
  const { waitingSince, ...past } = interruption;
  if (waitingSince === undefined) return past;
  const { longestGapMs, longestGapFrom } = longerOf(past, { from: waitingSince, to: endAt });
  return {
    ...past,
    longestGapMs,
    ...(longestGapFrom === undefined ? {} : { longestGapFrom }),
    stillWaiting: true,
  };
}

export function newSession({ user, architecture, role, seat, idleMs }: UserEvent): SessionRecord {
  return {
    user,
    architecture,
    role,
    ...(seat === undefined ? {} : { seat }),
    ...(idleMs === undefined ? {} : { idleMs }),
    logins: 0,
    acknowledgedItems: [],
    acknowledgedVersion: 0,
    baseline: { ...newTally(), recognisedOver: [], knownAt: [], unknownAt: [] },
    final: newFinalReads(),
    interruption: { failedRequests: 0, timesAnonymous: 0, longestGapMs: 0 },
  };
}

/**
 * Takes one operation into account. Operations must come in the order of the history.
 *
 * @param settledAt reads invoked before this moment are no final reads, whatever phase they name
 */
export function noteOperation(session: SessionRecord, operation: OperationEvent, settledAt: number): void {
  if (operation.answer === "someone-else") session.crossing ??= crossingOf(operation);
  const isLate = operation.jar === "live" && comesTooLate(session, operation);
  if (isLate) session.overslept = true;
  if (
    operation.kind === "who-am-i" &&
    operation.phase === "final" &&
    operation.at >= settledAt &&
    !isTooLate(session, operation)
  )
    noteFinalRead(session.final, operation, session);
  if (operation.jar !== "live") return;
  noteWrite(session, operation);
  if (operation.answer === "none" || operation.answer === "store-unreachable") noteTrouble(session, operation);
  // Before the login and after a logout the right answer is "anonymous": it says nothing of the session.
  if (session.logins === 0 || session.logout) return;
  if (operation.phase === "baseline" && !isLate) noteBaseline(session.baseline, operation);
  if (operation.phase !== "baseline" && operation.answer === "anonymous")
    session.firstAnonymousAt ??= operation.at + operation.ms;
  if (operation.answer === "me" && session.firstAnonymousAt === undefined)
    session.lastKnownAt = operation.at + operation.ms;
  noteInterruption(session.interruption, operation);
}

/** The final reads of a session in use began in time, but went on past its idle end: what they then say is not about it. */
function isTooLate(session: SessionRecord, operation: OperationEvent): boolean {
  const { firstAt } = session.final;
  return firstAt !== undefined && !isPastIdleEnd(session, firstAt) && isPastIdleEnd(session, endOf(operation));
}

/**
 * A session that was meant to be in use was asked for after its idle end: the machine was too slow for so short a session, and
 * that it has ended by then is no fault of anybody's.
 */
function comesTooLate(session: SessionRecord, operation: OperationEvent): boolean {
  if (!isPastIdleEnd(session, endOf(operation))) return false;
  // It was still there all the same, and is in use again.
  if (operation.kind === "add-item" && operation.outcome === "ok") return false;
  if (operation.phase === "baseline" || operation.kind === "add-item") return true;
  return operation.phase === "final" && session.isRegular === true && session.final.firstAt === undefined;
}

function isPastIdleEnd({ idleMs, lastUsedAt }: SessionRecord, at: number): boolean {
  return idleMs !== undefined && lastUsedAt !== undefined && at >= lastUsedAt + idleMs;
}

function endOf({ at, ms }: OperationEvent): number {
  return at + ms;
}

function noteWrite(session: SessionRecord, operation: OperationEvent): void {
  const { outcome, kind, item, cartVersion, server, boot } = operation;
  if (kind === "log-out" && outcome === "unknown") session.logout ??= "unknown";
  if (outcome !== "ok") return;
  if (kind === "log-in" || kind === "add-item") session.lastUsedAt = endOf(operation);
  if (kind === "add-item" && operation.phase !== "baseline") session.isRegular = true;
  if (kind === "log-in") {
    session.logins += 1;
    if (server !== undefined && boot !== undefined) session.home ??= { server, boot, at: operation.at };
  }
  if (kind === "add-item" && item !== undefined && session.acknowledgedItems.length < mostItems)
    noteOnce(session.acknowledgedItems, item);
  if (kind === "log-out") session.logout = "acknowledged";
  if (cartVersion !== undefined) session.acknowledgedVersion = Math.max(session.acknowledgedVersion, cartVersion);
}

/** What matters of it: the rest of the answer may be long. */
function crossingOf({ server }: OperationEvent): NonNullable<SessionRecord["crossing"]> {
  return server === undefined ? {} : { server };
}

function noteTrouble(session: SessionRecord, { answer, reason, status, server }: OperationEvent): void {
  const says = reason ?? (status === undefined ? "no answer" : `status ${status}`);
  session.lastTrouble = { answer, reason: says, ...(server === undefined ? {} : { server }) };
}

function noteBaseline(baseline: SessionRecord["baseline"], operation: OperationEvent): void {
  const { answer, server, kind, connection } = operation;
  if (answer === "me" && server !== undefined) noteOnce(baseline.knownAt, server);
  if (answer === "anonymous" && server !== undefined) noteOnce(baseline.unknownAt, server);
  if (kind !== "who-am-i") return;
  tally(baseline, operation);
  if (answer === "me") noteOnce(baseline.recognisedOver, connection);
}

function noteInterruption(interruption: Interruption, { at, ms, phase, answer }: OperationEvent): void {
  if (phase === "baseline") return;
  interruption.waitingSince ??= at;
  if (answer === "none" || answer === "store-unreachable") {
    interruption.failedRequests += 1;
    return;
  }
  if (answer === "anonymous") interruption.timesAnonymous += 1;
  Object.assign(interruption, longerOf(interruption, { from: interruption.waitingSince, to: at + ms }));
  delete interruption.waitingSince;
}

function longerOf(
  known: Pick<Interruption, "longestGapMs" | "longestGapFrom">,
  { from, to }: { from: number; to: number },
): Pick<Interruption, "longestGapMs" | "longestGapFrom"> {
  const gapMs = Math.round(to - from);
  return gapMs > known.longestGapMs ? { longestGapMs: gapMs, longestGapFrom: from } : known;
}
