import type { HistoryEvent } from "../history/events.ts";
import { sayDisturbance } from "./disturbances.ts";
import { Everybody } from "./everybody.ts";
import { baselineOf } from "./fate-of.ts";
import { judgeArchitecture } from "./judge-architecture.ts";
import { type JudgedSession, judgeSessions } from "./judged-session.ts";
import { noteEvent } from "./note-event.ts";
import { type ArchitectureResult, type Result, resultVersion, type Verdict } from "./result.ts";
import { newRun, type RunRecord, unmetConditions } from "./run-record.ts";
import { type SessionVerdict, sessionVerdicts } from "./session-verdict.ts";

/**
 * The verdict on a run: a function of its history and of nothing else, so that anybody can repeat it on another machine.
 *
 * @param events the history in order; its first event is `run`
 */
export async function judge(events: AsyncIterable<HistoryEvent> | Iterable<HistoryEvent>): Promise<Result> {
  return (await judgeInDetail(events)).result;
}

/** The same verdict, and what became of each single session, canaries excepted. */
export async function judgeInDetail(
  events: AsyncIterable<HistoryEvent> | Iterable<HistoryEvent>,
): Promise<{ result: Result; sessions: SessionVerdict[] }> {
  let record: RunRecord | undefined;
  for await (const event of events) {
    if (record) noteEvent(record, event);
    else if (event.type === "run") record = newRun(event);
  }
  if (!record) throw new TypeError("a history begins with a run event");
  const everybody = new Everybody(judgeSessions(record));
  return { result: resultOf(record, everybody), sessions: sessionVerdicts(everybody, record) };
}

function resultOf(record: RunRecord, everybody: Everybody): Result {
  const { run } = record;
  const architectures = run.architectures.map((architecture) => judgeArchitecture(architecture, everybody, record));
  const alarms = crossingsBesides(record);
  const doubts = [...doubtsAboutRun(record), ...nothingTested(record, everybody.sessions)];
  return {
    schemaVersion: resultVersion,
    run: {
      id: run.id,
      startedAt: run.startedAt,
      durationMs: Math.round(record.lastAt),
      command: run.command,
      seed: run.seed,
      users: run.usersPerArchitecture,
      trials: 1,
      ...(run.asked ? { asked: run.asked } : {}),
      ...(run.trial ? { trial: run.trial } : {}),
      victim: run.victim,
      complete: record.end?.complete ?? false,
      versions: run.versions,
    },
    scenario: run.scenario,
    verdict: overall(architectures, alarms, doubts),
    reasons: [...alarms, ...doubts, ...architectures.filter(({ verdict }) => verdict !== "confirmed").map(headline)],
    faults: record.faults.map(({ kind, target, confirmed, healed, injectedAt, evidence }) => ({
      kind,
      target,
      confirmed,
      healed,
      atMs: Math.round(injectedAt),
      evidence: evidence.map(({ source, says }) => `${source}: ${says}`),
    })),
    architectures,
    leftovers: record.leftovers.map(({ kind, name }) => ({ kind, name })),
  };
}

/** Refuted beats inconclusive beats confirmed. */
function overall(
  architectures: readonly ArchitectureResult[],
  alarms: readonly string[],
  doubts: readonly string[],
): Verdict {
  if (alarms.length > 0 || architectures.some(({ verdict }) => verdict === "refuted")) return "refuted";
  if (doubts.length > 0 || architectures.some(({ verdict }) => verdict === "inconclusive")) return "inconclusive";
  return "confirmed";
}

/** Somebody else's session shown to a user whom no architecture counts, e.g. a canary: that refutes a run all the same. */
function crossingsBesides({ strayCrossing }: RunRecord): string[] {
  return strayCrossing ? [`${strayCrossing.user} was shown another user's session`] : [];
}

/** What casts doubt on the whole run, whatever its architectures say. */
function doubtsAboutRun(record: RunRecord): string[] {
  const { faults, settled, alerts, end, contradictions, disturbances } = record;
  const doubts: string[] = [];
  if (!end) doubts.push("the history has no end: the run was killed, or the file is cut off");
  else if (!end.complete) doubts.push(`the run was cut short: ${end.reason ?? "no reason given"}`);
  for (const { kind, target } of faults.filter(({ confirmed }) => !confirmed))
    doubts.push(`fault not confirmed: ${kind} ${target}`);
  doubts.push(...unmetConditions(record).map((condition) => `condition not confirmed: ${condition}`));
  for (const { kind, target } of faults.filter(({ healed }) => !healed))
    doubts.push(`fault not healed: ${kind} ${target}`);
  if (settled && !settled.ok) doubts.push(`the lab did not settle after the repair: ${settled.says}`);
  if (!settled && faults.length > 0 && end?.complete)
    doubts.push("nobody waited for the lab to settle after the repair");
  doubts.push(...firstFew([...disturbances.values()].map(sayDisturbance)));
  doubts.push(...firstFew(alerts.map(({ service, line }) => `${service} raised an alarm: ${line}`)));
  doubts.push(...firstFew([...contradictions].map((says) => `the history contradicts itself: ${says}`)));
  return doubts;
}

/** Faults that touched nobody have tested nothing, however well everybody is. */
function nothingTested({ faults }: RunRecord, sessions: readonly JudgedSession[]): string[] {
  // Of who never logged in nobody can say where a fault would have met it; that is said elsewhere.
  const placed = sessions.filter(({ session }) => baselineOf(session) !== "none");
  if (faults.length === 0 || placed.length === 0 || placed.some(({ exposed }) => exposed)) return [];
  const what = [...new Set(faults.map(({ kind, target }) => `${kind} ${target}`))];
  return [`nothing was tested: no session was exposed to ${firstFew(what).join(", ")}`];
}

function headline({ id, verdict, reasons }: ArchitectureResult): string {
  return `${id} ${verdict}: ${reasons.join("; ")}`;
}

function firstFew(sentences: readonly string[], most = 3): string[] {
  if (sentences.length <= most) return [...sentences];
  return [...sentences.slice(0, most), `and ${sentences.length - most} more like this`];
}
