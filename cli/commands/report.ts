import type { Command } from "commander";

export function addReport(program: Command): void {
  program
    .command("report")
    .description("make reports from a stored run; the ending says which format; needs no engine")
    .argument("<run>", "a run's id, its folder, or `last`; <id>/trial-2 for one trial")
    .argument("<file...>", "files to write, e.g. run.html run.md run.xml")
    .action(async (run: string, files: string[]) => (await import("../flows/report.ts")).report(run, files));
}
