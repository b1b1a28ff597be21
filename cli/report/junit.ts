import { type Case, junitSuites, type Suite } from "./junit-cases.ts";
import type { ReportSource, ReportText } from "./source.ts";
import { xmlTag, xmlText } from "./xml.ts";

/**
 * JUnit's XML as CI systems read it: `failure` where theory was refuted, `error` where the experiment allows no verdict. A lost
 * session that was predicted is neither.
 */
export async function* junitReport(source: ReportSource): ReportText {
  const { run, scenario } = source.result;
  const suites = await junitSuites(source);
  const cases = suites.flatMap((suite) => suite.cases);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `${xmlTag("testsuites", { name: `lab scenario ${scenario.id}`, ...totals(cases), time: run.durationMs / 1_000 })}\n`;
  // The architectures are tested at once: the time is told once, for the run.
  for (const [index, suite] of suites.entries())
    yield* suiteLines(suite, { timestamp: run.startedAt, time: index === 0 ? run.durationMs / 1_000 : 0 });
  yield "</testsuites>\n";
}

function* suiteLines(
  { name, cases }: Suite,
  { timestamp, time }: { timestamp: string; time: number },
): Generator<string> {
  yield `  ${xmlTag("testsuite", { name, ...totals(cases), skipped: 0, timestamp, time })}\n`;
  for (const one of cases) yield caseText(one, name);
  yield "  </testsuite>\n";
}

function caseText({ name, failure, error, details }: Case, suite: string): string {
  const attributes = { classname: suite, name, time: 0 };
  const [kind, message] = failure === undefined ? ["error", error] : ["failure", failure];
  if (message === undefined) return `    ${xmlTag("testcase", attributes, { isEmpty: true })}\n`;
  const type = kind === "failure" ? "refuted" : "inconclusive";
  return [
    `    ${xmlTag("testcase", attributes)}`,
    `      ${xmlTag(kind!, { message, type })}${details.map(xmlText).join("\n")}</${kind}>`,
    "    </testcase>",
    "",
  ].join("\n");
}

function totals(cases: readonly Case[]): { tests: number; failures: number; errors: number } {
  return {
    tests: cases.length,
    failures: cases.filter(({ failure }) => failure !== undefined).length,
    errors: cases.filter(({ failure, error }) => failure === undefined && error !== undefined).length,
  };
}
