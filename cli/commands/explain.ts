import type { Command } from "commander";

export function addExplain(program: Command): void {
  program
    .command("explain")
    .description("what a word means: policies, stores, faults, fates, causes, scenarios; without a word, all of them")
    .argument("[word...]", "e.g. orphaned, ip-hash, cookie.memory, session affinity")
    .option("--json", "as JSON")
    .action(async (words: string[], { json }: { json?: boolean }, command: Command) => {
      const [{ explain, allExplanations, wordsByKind }, report, { jsonReport }, { detectTerminal }] = await Promise.all(
        [
          import("../explain/explanations.ts"),
          import("../report/explanation.ts"),
          import("../report/json.ts"),
          import("../terminal/terminal.ts"),
        ],
      );
      const { harmless } = await import("../report/text.ts");
      const asked = harmless(words.join(" "));
      const page = detectTerminal({ colour: command.optsWithGlobals().color !== false });
      if (json) process.stdout.write(jsonReport(words.length === 0 ? await allExplanations() : await explain(asked)));
      else if (words.length === 0) process.stdout.write(report.wordListReport(await wordsByKind(), page));
      else process.stdout.write(report.explanationReport(await explain(asked), page));
    });
}
