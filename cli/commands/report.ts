import type { Command } from "commander";

export function addReport(program: Command): void {
  program
    .command("report")
    .description("make reports from a stored run; the ending says which format; needs no engine")
    .argument("<run>", "a run's id, its folder, or `last`; <id>/trial-2 for one trial")
    .argument("<file...>", "files to write, e.g. run.html run.md run.xml")
    .action(async (run: string, files: string[]) => {
      const [{ chooseReports, writeReports }, { findRunFolder }, { judgeRun }, { throwFirst }] = await Promise.all([
        import("../output/write-reports.ts"),
        import("../experiment/run-folders.ts"),
        import("../experiment/judge-run.ts"),
        import("../experiment/troubles.ts"),
      ]);
      const reports = chooseReports(files);
      const troubles = await writeReports(reports, await judgeRun(findRunFolder(run)));
      if (troubles.length > 0) throwFirst(troubles);
      for (const { file } of reports) process.stdout.write(`${file}\n`);
    });
}
