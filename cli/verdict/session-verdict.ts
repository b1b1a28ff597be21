import type { UserEvent } from "../history/events.ts";
import { type Cause, causeOf } from "./causes.ts";
import type { Everybody } from "./everybody.ts";
import type { Fate } from "./fates.ts";
import { isMismatch, stayedLoggedOut } from "./judged-session.ts";
import type { RunRecord } from "./run-record.ts";
import { interruptionUntil } from "./session-record.ts";

/** What became of one session and why: what the result document counts, for whoever shows sessions one by one. */
export interface SessionVerdict {
  user: string;
  architecture: string;
  /** Only subjects are counted in the result; controls are judged like them. */
  role: UserEvent["role"];
  /** The app server that acknowledged the login. */
  home?: string;
  fate: Fate;
  /** The user logged out and stayed out: that is what survived. */
  stayedOut?: true;
  /** The fates that theory allows; none when nothing was predicted in time. */
  expected: readonly Fate[];
  because: string;
  /** The fault touched this session. */
  exposed: boolean;
  /** Its fate differs from what theory said: this refutes the architecture. */
  mismatch: boolean;
  /** Why it did not survive; undefined for who survived or was not judged. */
  cause?: Cause;
  /** What the user felt from the fault on. */
  failedRequests: number;
  timesAnonymous: number;
  longestGapMs: number;
  /** When that longest wait began, in milliseconds of the run. */
  longestGapFrom?: number;
  /** There was no definitive answer any more until the last answer of the run. */
  stillWaiting?: true;
}

/** The verdict on each session, in the order in which users entered. */
export function sessionVerdicts(everybody: Everybody, record: RunRecord): SessionVerdict[] {
  const controlsAreWell = new Map(
    [...record.architectures.keys()].map((id) => [id, everybody.controlsSurvived(everybody.of(id))]),
  );
  return everybody.sessions.map((one) => {
    const { session, fate, expected, because, exposed } = one;
    const cause = causeOf({ session, fate, record }, controlsAreWell.get(session.architecture) ?? false);
    return {
      user: session.user,
      architecture: session.architecture,
      role: session.role,
      ...(session.home ? { home: session.home.server } : {}),
      fate,
      ...(stayedLoggedOut(one) ? { stayedOut: true as const } : {}),
      expected,
      because,
      exposed,
      mismatch: isMismatch(one, record),
      ...(cause ? { cause } : {}),
      ...interruptionUntil(record.lastAnswerAt, session),
    };
  });
}
