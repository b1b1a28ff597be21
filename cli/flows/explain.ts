import { allExplanations, explain as explanationOf, wordsByKind } from "../explain/explanations.ts";
import { explanationReport, wordListReport } from "../report/explanation.ts";
import { jsonReport } from "../report/json.ts";
import { harmless } from "../report/text.ts";
import { detectTerminal } from "../terminal/detect-terminal.ts";

export async function explain(
  words: readonly string[],
  { json }: { json?: boolean },
  { colour }: { colour: boolean },
): Promise<void> {
  const asked = harmless(words.join(" "));
  const page = detectTerminal({ colour });
  if (json) process.stdout.write(jsonReport(words.length === 0 ? await allExplanations() : await explanationOf(asked)));
  else if (words.length === 0) process.stdout.write(wordListReport(await wordsByKind(), page));
  else process.stdout.write(explanationReport(await explanationOf(asked), page));
}
