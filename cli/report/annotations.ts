import type { Result, Verdict } from "../verdict/result.ts";
import { doubtSentences } from "./narrative.ts";
import { harmless } from "./text.ts";
import { runReasons, verdictSentence } from "./verdict-words.ts";

/** GitHub shows ten errors and ten warnings a step, and no more. */
const atMost = 10;

const levels: Record<Verdict, "notice" | "warning" | "error"> = {
  confirmed: "notice",
  inconclusive: "warning",
  refuted: "error",
};

/**
 * Workflow commands of GitHub Actions, one a line: the verdict, and below it each reason against it.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function annotations(untrusted: Result): string[] {
  const result = harmless(untrusted);
  const { verdict, scenario, architectures } = result;
  const reasons = [...runReasons(result), ...doubtSentences(architectures)];
  const sentences = [verdictSentence(result), ...reasons].slice(0, atMost);
  return sentences.map((says) => `::${levels[verdict]} title=${property(`${scenario.id} ${verdict}`)}::${data(says)}`);
}

/** The runner finds the older form of its commands, `##[...]`, anywhere in a line. */
function data(text: string): string {
  return text.replaceAll("##[", "# #[").replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
