import type { Command } from "commander";

interface JudgeOptions {
  json?: boolean;
}

export function addJudge(program: Command): void {
  program
    .command("judge")
    .description("judge a stored run again, from its history alone; needs no engine")
    .argument("<run>", "a run's id, its folder, or `last`")
    .option("--json", "print the result document")
    .action(async (run: string, { json }: JudgeOptions, command: Command) => {
      const [{ findRunFolder, runFiles }, { readHistory }, { judge }, { printResult }, { join }] = await Promise.all([
        import("../lab/runs.ts"),
        import("../history/reader.ts"),
        import("../verdict/judge.ts"),
        import("../print-result.ts"),
        import("node:path"),
      ]);
      const folder = findRunFolder(run);
      const result = await judge(readHistory(join(folder, runFiles.history)));
      await printResult(result, { folder, json: json ?? false, colour: command.optsWithGlobals().color !== false });
    });
}
