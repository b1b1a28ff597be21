import type { Command } from "commander";

export function addRuns(program: Command): void {
  program
    .command("runs")
    .description("the stored runs, newest last, with their verdicts")
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => (await import("../flows/runs.ts")).runs(options));
}
