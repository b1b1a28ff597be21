import { disturbancesOf } from "./disturbances.ts";
import type { Fate } from "./fates.ts";
import type { FinalReads } from "./final-reads.ts";
import { type RunRecord, unmetConditions } from "./run-record.ts";
import type { SessionRecord } from "./session-record.ts";

/** How many times a user must have been recognised before the fault, at least. */
export const baselineReads = 3;

/** How many definitive answers after the settle point it takes to say what became of a session, at least. */
export const finalAnswers = 3;

export type Baseline = "held" | "unstable" | "none";

/** Was the user reliably logged in before anything was broken: once, over kept and fresh connections? */
export function baselineOf({ home, logins, baseline }: SessionRecord): Baseline {
  if (!home || logins > 1) return "none";
  if (baseline.anonymous > 0) return "unstable";
  return baseline.me >= baselineReads && baseline.recognisedOver.length === 2 ? "held" : "none";
}

/** How many of the reads after the settle point had a definitive answer. */
export function definitiveAnswers({ final: { live } }: SessionRecord): number {
  return live.me + live.anonymous;
}

/** Were there enough reads after the settle point, whatever they answered? */
export function isReadToTheEnd({ final: { live } }: SessionRecord): boolean {
  return live.me + live.anonymous + live.indefinite >= finalAnswers;
}

/** The fate of one session, by the table in `fates.ts`: the first that matches. */
export function fateOf(session: SessionRecord, record: RunRecord): Fate {
  const fate = fateAsRead(session, record);
  if (fate !== "crossed" && disturbancesOf(session, record).length > 0) return "not-judged";
  // It is alive and was asked for elsewhere, because the machine was too slow for its app server.
  const isElsewhere = fate === "unstable" || fate === "orphaned";
  return isElsewhere && wasLedAstray(session, record) ? "not-judged" : fate;
}

/** The policy binds its browser to an app server that the balancer gave up on although nobody had broken it. */
export function wasLedAstray({ architecture, seat, home }: SessionRecord, record: RunRecord): boolean {
  const policy = record.architectures.get(architecture)?.policy;
  const givenUp = policy && policy.affinity !== "none" && record.failovers.get(policy.id);
  return Boolean(givenUp && [seat, home?.server].some((server) => server !== undefined && givenUp.has(server)));
}

function fateAsRead(session: SessionRecord, record: RunRecord): Fate {
  const { final, logout } = session;
  const { live } = final;
  if (session.crossing) return "crossed";
  if (baselineOf(session) === "none") return "not-judged";
  if (record.faults.some(({ confirmed }) => !confirmed)) return "not-judged";
  if (unmetConditions(record).length > 0) return "not-judged";
  // By the answers that came in time: whether it was asked again too late does not matter then.
  if (baselineOf(session) === "unstable") return "unstable";
  if (session.overslept) return "not-judged";
  if (!isReadToTheEnd(session)) return "not-judged";
  const answers = definitiveAnswers(session);
  // Where the lab itself never came back, e.g. because its engine was restarted, silence says nothing of an architecture.
  if (answers === 0) return record.settled?.ok === false ? "not-judged" : "unreachable";
  if (answers < finalAnswers) return "not-judged";
  if (live.me > 0 && live.anonymous > 0) return "unstable";
  // An unknown logout that turns out carried out is no loss either.
  if (live.anonymous > 0 && logout) return final.pinned.me + final.home.me > 0 ? "resurrected" : "survived";
  if (live.anonymous > 0) return fateOfAnonymous(final, livesInAppServer(session, record));
  if (logout === "acknowledged") return "resurrected";
  if (final.degraded) return "degraded";
  return final.isBehind ? "rolled-back" : "survived";
}

/** Only a definitive answer to the pinned cookies tells "lost" and "orphaned" apart. */
function fateOfAnonymous({ pinned, home }: FinalReads, isInMemory: boolean): Fate {
  if (pinned.me + home.me > 0) return "orphaned";
  // The old server may still have it in its memory, if it was asked and gave no definitive answer.
  if (isInMemory && home.indefinite > 0 && home.anonymous === 0) return "not-judged";
  return pinned.anonymous + home.anonymous > 0 ? "lost" : "not-judged";
}

function livesInAppServer({ architecture }: SessionRecord, { architectures }: RunRecord): boolean {
  return architectures.get(architecture)?.store.livesIn === "app-server";
}
