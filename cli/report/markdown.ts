import type { ArchitectureResult, Result } from "../verdict/result.ts";
import { cellOf } from "./matrix.ts";
import { doubtSentences, faultSentence, outageSentence, statisticsSentence, whySentences } from "./narrative.ts";
import { judgeCommand, repeatCommand } from "./repeat-command.ts";
import { harmless } from "./text.ts";
import { runReasons, verdictSentence } from "./verdict-words.ts";
import { countsLegend, signs } from "./words.ts";

/** GitHub-flavoured Markdown: the question, the verdict, the matrix, why, and how to repeat it. */
export function markdownReport(untrusted: Result): string {
  const result = harmless(untrusted);
  const { run, scenario, architectures, faults, leftovers, verdict } = result;
  const again = repeatCommand(result);
  const judging = judgeCommand(run);
  const commands = [again, judging].filter((command) => command !== undefined);
  const what = [again && "Run it again", judging && "judge the stored run again"].filter(Boolean).join(", or ");
  return [
    `## ${text(scenario.question)}`,
    "",
    `**${signs[verdict]} ${verdict}**: ${text(verdictSentence(result))}`,
    "",
    ...matrix(architectures),
    "",
    `${signs.confirmed} as predicted; ${countsLegend(architectures)}.`,
    "",
    ...list("Reasons", [...runReasons(result), ...doubtSentences(architectures)]),
    ...list("Why", whySentences(architectures)),
    ...list("What was broken", faults.map(faultSentence)),
    ...list("What users felt", [outageSentence(architectures)]),
    ...list("How far this reaches", [statisticsSentence({ ...run, unanimous: verdict === "confirmed" })]),
    ...list(
      "Left behind",
      leftovers.map(({ kind, name }) => `${kind} ${name}`),
    ),
    `Scenario \`${scenario.id.replaceAll("`", "'")}\`, seed ${run.seed}.${what && ` ${what[0]!.toUpperCase()}${what.slice(1)}:`}`,
    "",
    ...(commands.length > 0 ? ["```sh", ...commands, "```", ""] : []),
  ].join("\n");
}

function matrix(architectures: readonly ArchitectureResult[]): string[] {
  const policies = [...new Set(architectures.map(({ policy }) => policy))];
  const stores = [...new Set(architectures.map(({ store }) => store))];
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    row(["policy", ...stores.map(text)]),
    row(["---", ...stores.map(() => "---")]),
    ...policies.map((policy) =>
      row([
        text(policy),
        ...stores.map((store) =>
          cellOf(architectures.find((one) => one.policy === policy && one.store === store))
            .text.split("\n")
            .map(text)
            .join("<br>"),
        ),
      ]),
    ),
  ];
}

function list(title: string, sentences: readonly string[]): string[] {
  if (sentences.length === 0) return [];
  return [`**${title}**`, "", ...sentences.map((sentence) => `- ${text(sentence)}`), ""];
}

/** Text that is only text: no markup, no link, no mention. */
function text(untrusted: string): string {
  return untrusted
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "&#64;")
    .replaceAll("#", "&#35;")
    .replaceAll("://", "&#58;//")
    .replaceAll(/[\\`*_~|[\]!]/g, "\\$&");
}
