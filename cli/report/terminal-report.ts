import { Chalk, type ChalkInstance } from "chalk";
import type { Result } from "../verdict/result.ts";
import { matrix } from "./matrix.ts";
import { doubtSentences, faultSentence, outageSentence, statisticsSentence, whySentences } from "./narrative.ts";
import { nextStep, type Suggestion } from "./next-step.ts";
import { judgeCommand } from "./repeat-command.ts";
import { harmless, widthOf, wrap } from "./text.ts";
import { runReasons, verdictSentence } from "./verdict-words.ts";
import { signs } from "./words.ts";

export interface TerminalOptions {
  columns: number;
  colour: boolean;
  /** Where the run is stored, when the reader can look there. */
  runFolder?: string;
}

/** What a person reads when a scenario is over: the answer first, then why. */
export function terminalReport(untrusted: Result, { columns, colour, runFolder }: TerminalOptions): string {
  const result = harmless(untrusted);
  const { run, scenario, architectures, faults, leftovers, verdict } = result;
  const judging = judgeCommand(run);
  const page: Page = { columns, chalk: new Chalk({ level: colour ? 1 : 0 }) };
  const { chalk } = page;
  const paint = { confirmed: chalk.green.bold, refuted: chalk.red.bold, inconclusive: chalk.yellow.bold }[verdict];
  return [
    ...wrap(`${scenario.id}: ${scenario.title}`, columns).map((line) => chalk.bold(line)),
    ...wrap(scenario.question, columns),
    "",
    ...matrix(architectures, page),
    "",
    ...section(page, `${signs[verdict]} ${verdict.toUpperCase()}`, [verdictSentence(result)], paint),
    ...section(page, "Reasons", [...runReasons(result), ...doubtSentences(architectures)]),
    ...section(page, "Statistics", [statisticsSentence({ ...run, unanimous: verdict === "confirmed" })]),
    ...section(page, "Why", whySentences(architectures)),
    ...section(page, "Outage", [outageSentence(architectures)]),
    ...section(page, "Faults", faults.map(faultSentence)),
    ...section(
      page,
      "Left behind",
      leftovers.map(({ kind, name }) => `${kind} ${name}; \`lab down\` removes it`),
    ),
    ...suggestion(page, nextStep(result)),
    ...section(page, "Judge again", judging === undefined ? [] : [judging]),
    ...section(page, "Run folder", runFolder === undefined ? [] : [harmless(runFolder)]),
    "",
  ].join("\n");
}

/** What is too long for a line is continued as a shell continues it, so that it can be copied. */
function suggestion(page: Page, { command, toSee }: Suggestion): string[] {
  const why = toSee === undefined ? [] : [`to see ${toSee}`];
  if (widthOf(`Next: ${command},`) <= page.columns) return section(page, "Next", [[command, ...why].join(", ")]);
  const lines = wrap(command, page.columns - 4, { hanging: "  " });
  return [
    page.chalk.bold("Next:"),
    ...lines.map((line, index) => `  ${line}${index < lines.length - 1 ? " \\" : ""}`),
    ...why.flatMap((says) => wrap(`  ${says}`, page.columns, { hanging: "  " })),
  ];
}

interface Page {
  columns: number;
  chalk: ChalkInstance;
}

/** Sentences of one kind that are printed; the JSON report has them all. */
const sentencesAtMost = 6;

/** `Label: sentence`, or the label and a list below it; nothing where there is nothing to say. */
function section(
  { columns, chalk }: Page,
  label: string,
  sentences: readonly string[],
  paint: (text: string) => string = chalk.bold,
): string[] {
  if (sentences.length === 0) return [];
  if (sentences.length === 1) {
    // The label stays in one piece, however narrow the terminal.
    const [first = "", ...rest] = wrap(`${label.replaceAll(" ", "_")}: ${sentences[0]}`, columns, { hanging: "  " });
    return [`${paint(`${label}:`)}${first.slice(label.length + 1)}`, ...rest];
  }
  const shown = sentences.slice(0, sentencesAtMost);
  const hidden = sentences.length - shown.length;
  if (hidden > 0) shown.push(`and ${hidden} more, in the JSON report`);
  return [paint(`${label}:`), ...shown.flatMap((sentence) => wrap(`- ${sentence}`, columns, { hanging: "  " }))];
}
