import type { Answer } from "../../history/events.ts";
import type { Fate } from "../../verdict/fates.ts";

/** What the page is given besides its text: JSON in a script element that is not run. */
export interface PageData {
  appServers: string[];
  architectures: string[];
  trials: TrialData[];
}

export interface TrialData {
  victim: string;
  /** Until the last thing that is drawn happened; removing the lab is not. */
  spanMs: number;
  /** From just before the injection to the end of the repair; `to` is missing where it was never healed. */
  faults: { kind: string; target: string; from: number; to?: number; confirmed: boolean }[];
  settledAt: number[];
  /** Texts that sessions and operations refer to by number. */
  texts: string[];
  sessions: SessionData[];
  /** Base64 of the operations of all sessions, one after the other (operation-codec.ts). */
  operations: string;
}

export interface SessionData {
  user: string;
  /** Numbers in `architectures` and `appServers`; home is -1 where no login was acknowledged. */
  architecture: number;
  home: number;
  isControl: boolean;
  fate: Fate;
  stayedOut?: true;
  expected: readonly Fate[];
  /** Numbers in `texts`, or -1. */
  because: number;
  evidence: number;
  isExposed: boolean;
  isMismatch: boolean;
  failedRequests: number;
  timesAnonymous: number;
  longestGapMs: number;
  longestGapFrom: number;
  /** That wait, or a later one, was not over when the last answer of the run came. */
  stillWaiting: boolean;
  /** How many bytes of `operations` are about this session. */
  bytes: number;
}

/** Answers that say nothing of the session. */
export function isUnanswered(answer: Answer): boolean {
  return answer === "none" || answer === "store-unreachable";
}
