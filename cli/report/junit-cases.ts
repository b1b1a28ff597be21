import { judgeInDetail } from "../verdict/judge.ts";
import type { ArchitectureResult, Result } from "../verdict/result.ts";
import type { SessionVerdict } from "../verdict/session-verdict.ts";
import { faultSentence } from "./narrative.ts";
import type { ReportSource } from "./source.ts";
import { runReasons } from "./verdict-words.ts";
import { plural } from "./words.ts";

/** One test case of JUnit. */
export interface Case {
  name: string;
  /** Theory was refuted here. */
  failure?: string;
  /** The experiment allows no verdict here. */
  error?: string;
  /** More about either, for the body. */
  details: string[];
}

export interface Suite {
  name: string;
  cases: Case[];
}

/** How many sessions are named one by one. */
const examples = 20;

/**
 * A suite for the run and one for each architecture. A case is an expectation: what theory says of a kind of session, with its
 * reason, or the bound of a measure.
 */
export async function junitSuites({ result, histories }: ReportSource): Promise<Suite[]> {
  const perTrial: SessionVerdict[][] = [];
  for (const history of histories) perTrial.push((await judgeInDetail(history())).sessions);
  const sessions = perTrial.flat();
  return [
    { name: result.scenario.id, cases: runCases(result) },
    ...result.architectures.map((architecture) => ({
      name: `${result.scenario.id}.${architecture.id}`,
      cases: architectureCases(
        architecture,
        sessions.filter((session) => session.architecture === architecture.id),
      ),
    })),
  ];
}

/** What is not about one architecture. */
function runCases(result: Result): Case[] {
  const { faults, leftovers, architectures, verdict } = result;
  const reasons = runReasons(result);
  const soundness = { name: "the experiment is sound", details: reasons };
  const blamed = verdict === "refuted" && architectures.every((one) => one.verdict !== "refuted");
  return [
    ...faults.map((fault): Case => {
      const name = `${fault.kind} ${fault.target} is confirmed and healed`;
      const says = faultSentence(fault);
      return fault.confirmed && fault.healed ? { name, details: [] } : { name, error: says, details: [] };
    }),
    reasons.length === 0
      ? { ...soundness, details: [] }
      : { ...soundness, ...(blamed ? { failure: reasons[0]! } : { error: reasons[0]! }) },
    leftovers.length === 0
      ? { name: "nothing is left behind", details: [] }
      : {
          name: "nothing is left behind",
          error: `${plural(leftovers.length, "thing")} left on the machine; \`lab down\` removes them`,
          details: leftovers.map(({ kind, name }) => `${kind} ${name}`),
        },
  ];
}

function architectureCases(architecture: ArchitectureResult, sessions: readonly SessionVerdict[]): Case[] {
  const groups = new Map<string, SessionVerdict[]>();
  for (const session of sessions) {
    const key = `expected ${session.expected.join(" or ") || "nothing"}: ${session.because || "no expectation in time"}`;
    const group = groups.get(key);
    if (group) group.push(session);
    else groups.set(key, [session]);
  }
  const cases = [
    ...[...groups].map(([name, members]) => expectationCase(name, members)),
    ...architecture.measures.map(measureCase),
  ];
  return [...cases, ...verdictCase(architecture, cases)];
}

function expectationCase(name: string, members: readonly SessionVerdict[]): Case {
  const wrong = members.filter(({ mismatch }) => mismatch);
  if (wrong.length > 0)
    return {
      name,
      failure: `${wrong.length} of ${plural(members.length, "session")} had another fate`,
      details: named(wrong),
    };
  const open = members.filter(({ fate, expected }) => fate === "not-judged" || expected.length === 0);
  if (open.length > 0)
    return {
      name,
      error: `${open.length} of ${plural(members.length, "session")} could not be judged`,
      details: named(open),
    };
  return { name, details: [] };
}

function measureCase({ name, value, unit, expected, ok, because }: ArchitectureResult["measures"][number]): Case {
  const title = `${name}: ${expected} ${unit}, ${because}`;
  return ok ? { name: title, details: [] } : { name: title, failure: `measured ${value} ${unit}`, details: [] };
}

/** What no single expectation carries, e.g. that no session was exposed. */
function verdictCase({ verdict, reasons }: ArchitectureResult, cases: readonly Case[]): Case[] {
  const name = "the architecture has a verdict";
  const isSaid = cases.some(({ failure, error }) => (verdict === "refuted" ? failure : error) !== undefined);
  if (verdict === "confirmed" || isSaid) return [];
  const [says = verdict] = reasons;
  return [{ name, details: reasons, ...(verdict === "refuted" ? { failure: says } : { error: says }) }];
}

function named(sessions: readonly SessionVerdict[]): string[] {
  const lines = sessions
    .slice(0, examples)
    .map(
      ({ user, home, expected, fate }) =>
        `${user} (home ${home ?? "unknown"}): expected ${expected.join(" or ") || "nothing"}, observed ${fate}`,
    );
  return sessions.length > examples ? [...lines, `and ${sessions.length - examples} more`] : lines;
}
