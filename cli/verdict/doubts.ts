import { named, servicesIn } from "../history/services.ts";
import { disturbancesOf, sayDisturbance } from "./disturbances.ts";
import type { Everybody } from "./everybody.ts";
import { baselineOf, baselineReads, definitiveAnswers, finalAnswers, isReadToTheEnd, wasLedAstray } from "./fate-of.ts";
import type { JudgedSession } from "./judged-session.ts";
import { type RunRecord, unmetConditions } from "./run-record.ts";

/** What keeps the experiment from proving anything, in sentences. */
export function doubtsAbout(own: readonly JudgedSession[], everybody: Everybody, record: RunRecord): string[] {
  const doubts: string[] = [];
  if (own.length === 0) return ["no user took part"];
  const notJudged = own.filter(({ fate }) => fate === "not-judged");
  if (notJudged.length > 0)
    doubts.push(`${notJudged.length} of ${own.length} sessions could not be judged: ${whyNot(notJudged, record)}`);
  const unforeseen = own.filter(({ expected }) => expected.length === 0).length;
  if (unforeseen > 0)
    doubts.push(`for ${unforeseen} of ${own.length} sessions no expectation was written down before the fault`);

  const held = own.filter(({ session }) => baselineOf(session) === "held");
  if (held.length === 0) return doubts;
  if (held.every(({ session }) => session.acknowledgedItems.length === 0))
    doubts.push("no write was acknowledged, so nothing could have been lost");
  if (record.faults.length === 0) return doubts;

  const exposed = held.filter(isTouched);
  // Where nobody was exposed at all, that is said of the whole run.
  if (exposed.length === 0 && everybody.isAnyTouched && !isControlArchitecture(own, record))
    doubts.push("no session was exposed to the fault");
  if (exposed.some(isHarmed) && !everybody.controlsSurvived(held))
    doubts.push(
      "there is no untouched session, or not all of these survived, so the losses cannot be laid to the fault",
    );
  return doubts;
}

/** The fault aims at another architecture's store: here everybody is a control, by design. */
function isControlArchitecture(own: readonly JudgedSession[], record: RunRecord): boolean {
  const store = record.architectures.get(own[0]?.session.architecture ?? "")?.store;
  const servers = store?.group?.services ?? [store?.server];
  const appServers = named(servicesIn(record.run), "app-server");
  return record.faults.every(({ target }) => !appServers.includes(target) && !servers.includes(target));
}

function isTouched({ exposed }: JudgedSession): boolean {
  return exposed;
}

function isHarmed({ fate }: JudgedSession): boolean {
  return fate !== "survived" && fate !== "not-judged";
}

function whyNot(sessions: readonly JudgedSession[], record: RunRecord): string {
  const unconfirmed = record.faults.filter(({ confirmed }) => !confirmed);
  if (unconfirmed.length > 0)
    return `the fault was not confirmed (${unconfirmed.map(({ kind, target }) => `${kind} ${target}`).join(", ")})`;
  const unmet = unmetConditions(record);
  if (unmet.length > 0) return `the experiment began without its condition (${unmet.join(", ")})`;
  if (sessions.some(({ session }) => session.overslept))
    return "some were used again only after their idle end; this machine is too slow at the moment for so short an idle time";
  const disturbed = sessions.flatMap(({ session }) => disturbancesOf(session, record));
  if (disturbed.length > 0) return [...new Set(disturbed.map(sayDisturbance))].join("; ");
  const baseless = sessions.filter(({ session }) => baselineOf(session) === "none");
  if (baseless.length > 0) {
    const trouble = baseless.find(({ session }) => session.lastTrouble)?.session.lastTrouble;
    const what = trouble?.reason ?? `that takes one login and ${baselineReads} reads, over kept and fresh connections`;
    return `${baseless.length} had no sound baseline (${what})`;
  }
  const astray = sessions.filter(({ session }) => wasLedAstray(session, record));
  if (astray.length > 0) {
    return sayGivenUp(astray.map(({ session }) => session.home?.server ?? "an app server"));
  }
  if (!record.end?.complete) return "the run ended before the final reads";
  if (record.settled?.ok === false) return "the lab had not settled, and they got no definitive answer";
  if (sessions.some(({ session }) => !isReadToTheEnd(session)))
    return `fewer than ${finalAnswers} reads over fresh connections after the settle point`;
  const unsure = sessions.map(({ session }) => session).find((session) => definitiveAnswers(session) < finalAnswers);
  if (unsure) {
    const answers = definitiveAnswers(unsure);
    const reads = answers + unsure.final.live.indefinite;
    return `of ${reads} final reads ${answers === 1 ? "1 was" : `${answers} were`} answered definitely, and it takes ${finalAnswers}, e.g. for ${unsure.user}`;
  }
  return "the session's own cookies got no definitive answer, so lost and orphaned cannot be told apart";
}

/** @param servers app servers, in any order */
export function sayGivenUp(servers: readonly string[]): string {
  const names = [...new Set(servers)].sort().join(", ");
  return `the balancer gave up on ${names}, which nobody had broken: it was too slow, or died`;
}
