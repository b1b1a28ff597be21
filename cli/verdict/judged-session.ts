import { isExposed, outlastedOthers } from "./exposure.ts";
import { baselineOf, fateOf } from "./fate-of.ts";
import { type Fate, isFate } from "./fates.ts";
import type { RunRecord } from "./run-record.ts";
import type { SessionRecord } from "./session-record.ts";

/** One session with everything that the verdict needs of it. */
export interface JudgedSession {
  session: SessionRecord;
  fate: Fate;
  exposed: boolean;
  /** Known until its own turn came, after faults that touched others; undefined where there were none. */
  outlasted: boolean | undefined;
  expected: readonly Fate[];
  because: string;
}

/** Fates and expectations of all sessions that take part; canaries and strangers have none that matters. */
export function judgeSessions(record: RunRecord): JudgedSession[] {
  return [...record.sessions.values()]
    .filter(({ role }) => role === "subject" || role === "control")
    .map((session) => {
      const expectation = record.expectations.get(session.user);
      return {
        session,
        fate: fateOf(session, record),
        exposed: isExposed(session, record),
        outlasted: outlastedOthers(session, record),
        expected: (expectation?.fates ?? []).filter(isFate),
        because: expectation?.because ?? "",
      };
    });
}

/** The user logged out, and nobody was let in again afterwards. */
export function stayedLoggedOut({ session, fate }: Pick<JudgedSession, "session" | "fate">): boolean {
  return fate === "survived" && session.logout !== undefined && session.final.live.me === 0;
}

/**
 * Not the fate that theory named, and not one that the experiment failed to establish. A session that the fault did not touch
 * must be unharmed, whatever the scenario says of it.
 */
export function isMismatch({ session, fate, expected, exposed }: JudgedSession, { faults }: RunRecord): boolean {
  if (fate === "crossed") return true;
  if (fate === "not-judged" || expected.length === 0) return false;
  if (!expected.includes(fate)) return true;
  // As theory says of it: the logout did that, and no fault.
  if (fate === "resurrected" && session.logout === "acknowledged") return false;
  return faults.length > 0 && !exposed && baselineOf(session) === "held" && fate !== "survived";
}
