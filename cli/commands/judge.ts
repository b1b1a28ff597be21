import type { Command } from "commander";
import { screenOf } from "./options.ts";

export function addJudge(program: Command): void {
  program
    .command("judge")
    .description("judge a stored run again, from its history alone; needs no engine")
    .argument("<run>", "a run's id, its folder, or `last`; <id>/trial-2 for one trial")
    .option("--json", "print the result document")
    .action(async (run: string, options: { json?: boolean }, command: Command) => {
      const { judge } = await import("../flows/judge.ts");
      await judge(run, options, screenOf(command));
    });
}
