import type { ArchitectureFacts } from "../history/facts.ts";
import { named, servicesIn } from "../history/services.ts";
import { causeOf } from "./causes.ts";
import { doubtsAbout, sayGivenUp } from "./doubts.ts";
import type { Everybody } from "./everybody.ts";
import type { Fate } from "./fates.ts";
import { isMismatch, type JudgedSession, stayedLoggedOut } from "./judged-session.ts";
import type { ArchitectureResult, Verdict } from "./result.ts";
import type { RunRecord } from "./run-record.ts";
import { interruptionUntil } from "./session-record.ts";

/** The verdict on one architecture, with its reasons, counts and causes. */
export function judgeArchitecture(
  { id, policy, store }: ArchitectureFacts,
  everybody: Everybody,
  record: RunRecord,
): ArchitectureResult {
  const own = everybody.of(id);
  const subjects = own.filter(({ session }) => session.role === "subject");
  const mismatches = own.filter((judged) => isMismatch(judged, record));
  const measures = judgeMeasures(id, record);
  const missed = measures.filter(({ ok }) => !ok).map(describeMiss);
  // Whoever disturbed the run may be the reason, or a balancer that took a slow app server for a dead one.
  const givenUp = [...(record.failovers.get(policy.id) ?? [])];
  const isDisturbed = record.disturbances.size > 0 || givenUp.length > 0;
  const misses = isDisturbed ? [] : missed;
  const doubts = [
    ...doubtsAbout(own, everybody, record),
    ...(isDisturbed ? missed : []),
    ...(missed.length > 0 && givenUp.length > 0 ? [sayGivenUp(givenUp)] : []),
  ];
  const verdict: Verdict =
    mismatches.length + misses.length > 0 ? "refuted" : doubts.length > 0 ? "inconclusive" : "confirmed";
  const stayedOut = subjects.filter(stayedLoggedOut).length;
  return {
    id,
    policy: policy.id,
    store: store.id,
    verdict,
    reasons: [...mismatchReason(mismatches), ...misses, ...doubts],
    sessions: subjects.length,
    ...(stayedOut > 0 ? { stayedOut } : {}),
    exposed: subjects.filter(({ exposed }) => exposed).length,
    fates: count(subjects.map(({ fate }) => fate)),
    expected: count(subjects.flatMap(expectedFate)),
    mismatches: mismatches.length,
    mismatchExamples: mismatches.slice(0, 3).map(describeMismatch),
    because: groupBecause(subjects),
    causes: groupCauses(subjects, everybody.controlsSurvived(own), record),
    measures,
    placement: placementOf(subjects, record),
    outage: outageOf(subjects, record),
  };
}

function mismatchReason(mismatches: readonly JudgedSession[]): string[] {
  if (mismatches.length === 0) return [];
  const first = mismatches[0]!;
  return [
    `${mismatches.length} ${mismatches.length === 1 ? "session" : "sessions"} not as expected, e.g. ${describeMismatch(first)}`,
  ];
}

function judgeMeasures(architecture: string, { measures }: RunRecord): ArchitectureResult["measures"] {
  return measures
    .filter((measure) => measure.architecture === architecture)
    .map(({ name, value, unit, atLeast, atMost, because }) => ({
      name,
      value,
      unit,
      expected: [atLeast === undefined ? "" : `at least ${atLeast}`, atMost === undefined ? "" : `at most ${atMost}`]
        .filter(Boolean)
        .join(", "),
      ok: value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY),
      because,
    }));
}

function describeMiss({ name, value, expected }: ArchitectureResult["measures"][number]): string {
  return `${name}: ${value}, expected ${expected}`;
}

function describeMismatch({ session, fate, expected }: JudgedSession): string {
  return `${session.user} (home ${session.home?.server ?? "unknown"}): expected ${expected.join(" or ") || "nothing"}, observed ${fate}`;
}

/** A session whose expectation leaves several fates open is counted under the one that happened, if it is among them. */
function expectedFate({ fate, expected }: JudgedSession): Fate[] {
  const first = expected[0];
  return first === undefined ? [] : [expected.includes(fate) ? fate : first];
}

function groupBecause(sessions: readonly JudgedSession[]): ArchitectureResult["because"] {
  const groups = new Map<string, { fate: string; sessions: number; because: string }>();
  for (const { expected, because } of sessions) {
    if (expected.length === 0) continue;
    const fate = expected.join(" or ");
    const group = groups.get(`${fate}: ${because}`) ?? { fate, sessions: 0, because };
    group.sessions += 1;
    groups.set(`${fate}: ${because}`, group);
  }
  return [...groups.values()];
}

function groupCauses(
  subjects: readonly JudgedSession[],
  controlsAreWell: boolean,
  record: RunRecord,
): ArchitectureResult["causes"] {
  const groups = new Map<string, ArchitectureResult["causes"][number]>();
  for (const { session, fate } of subjects) {
    const cause = causeOf({ session, fate, record }, controlsAreWell);
    if (!cause) continue;
    const key = JSON.stringify([cause.cause, fate, cause.evidence]);
    const group = groups.get(key) ?? { ...cause, fate, sessions: 0 };
    group.sessions += 1;
    groups.set(key, group);
  }
  return [...groups.values()];
}

function placementOf(subjects: readonly JudgedSession[], record: RunRecord): Record<string, number> {
  const placement = new Map(named(servicesIn(record.run), "app-server").map((server) => [server, 0]));
  for (const { session } of subjects)
    if (session.home) placement.set(session.home.server, (placement.get(session.home.server) ?? 0) + 1);
  return Object.fromEntries(placement);
}

function outageOf(subjects: readonly JudgedSession[], { lastAnswerAt }: RunRecord): ArchitectureResult["outage"] {
  const outage = { failedRequests: 0, timesAnonymous: 0, longestGapMs: 0, stillWaiting: 0 };
  for (const { session } of subjects) {
    const { failedRequests, timesAnonymous, longestGapMs, stillWaiting } = interruptionUntil(lastAnswerAt, session);
    outage.failedRequests += failedRequests;
    outage.timesAnonymous += timesAnonymous;
    outage.longestGapMs = Math.max(outage.longestGapMs, longestGapMs);
    if (stillWaiting) outage.stillWaiting += 1;
  }
  return outage;
}

function count(names: readonly Fate[]): Partial<Record<Fate, number>> {
  const counts: Partial<Record<Fate, number>> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
