import type { Command } from "commander";

interface JudgeOptions {
  json?: boolean;
}

export function addJudge(program: Command): void {
  program
    .command("judge")
    .description("judge a stored run again, from its history alone; needs no engine")
    .argument("<run>", "a run's id, its folder, or `last`; <id>/trial-2 for one trial")
    .option("--json", "print the result document")
    .action(async (run: string, { json }: JudgeOptions, command: Command) => {
      const [{ findRunFolder }, { judgeRun }, { printResult }] = await Promise.all([
        import("../experiment/run-folders.ts"),
        import("../experiment/judge-run.ts"),
        import("../output/print-result.ts"),
      ]);
      const folder = findRunFolder(run);
      const { result } = await judgeRun(folder);
      await printResult(result, { folder, json: json ?? false, colour: command.optsWithGlobals().color !== false });
    });
}
