import type { OperationEvent } from "../history/events.ts";
import { noteOnce } from "./small-sets.ts";

/** How often each kind of answer was seen. */
export interface Tally {
  me: number;
  anonymous: number;
  /** Store unreachable, refused, reset, timeout, 5xx, malformed: proves nothing about the session. */
  indefinite: number;
}

/** What the answers after the repair said of one session. Everything starts over when another fault or repair follows. */
export interface FinalReads {
  live: Tally;
  /** Answers to the pinned cookies through the balancer, and straight at the app server that the session began on. */
  pinned: Tally;
  home: Tally;
  /** Servers that recognised the pinned cookies. */
  pinnedKnownAt: string[];
  /** Servers that gave definitive answers to the live jar. */
  servers: string[];
  /** When the first read by the live jar was invoked. */
  firstAt?: number;
  /** An answer lacked an acknowledged item, or fell behind an acknowledged version. */
  isBehind: boolean;
  degraded: boolean;
}

/** What was acknowledged so far, and must therefore be there. */
export interface Acknowledged {
  acknowledgedItems: readonly string[];
  acknowledgedVersion: number;
}

export function newTally(): Tally {
  return { me: 0, anonymous: 0, indefinite: 0 };
}

export function newFinalReads(): FinalReads {
  return {
    live: newTally(),
    pinned: newTally(),
    home: newTally(),
    pinnedKnownAt: [],
    servers: [],
    isBehind: false,
    degraded: false,
  };
}

/** Takes one read after the settle point into account. Kept connections prove nothing here: they may lead past the balancer's choice. */
export function noteFinalRead(final: FinalReads, operation: OperationEvent, acknowledged: Acknowledged): void {
  const { answer, jar, server } = operation;
  if (jar !== "live") {
    tally(final[jar], operation);
    if (answer === "me" && server !== undefined) noteOnce(final.pinnedKnownAt, server);
    return;
  }
  if (operation.connection !== "fresh") return;
  final.firstAt ??= operation.at;
  tally(final.live, operation);
  if (server !== undefined && isDefinitive(operation)) noteOnce(final.servers, server);
  if (answer === "me") noteContent(final, operation, acknowledged);
}

export function tally(counts: Tally, { answer }: OperationEvent): void {
  if (answer === "me") counts.me += 1;
  else if (answer === "anonymous") counts.anonymous += 1;
  else if (answer !== "someone-else") counts.indefinite += 1;
}

function noteContent(
  final: FinalReads,
  { degraded, cart, cartVersion = 0 }: OperationEvent,
  { acknowledgedItems, acknowledgedVersion }: Acknowledged,
): void {
  if (degraded) final.degraded = true;
  if (final.isBehind) return;
  const has = new Set(cart);
  final.isBehind = cartVersion < acknowledgedVersion || acknowledgedItems.some((item) => !has.has(item));
}

function isDefinitive({ answer }: OperationEvent): boolean {
  return answer === "me" || answer === "anonymous" || answer === "someone-else";
}
