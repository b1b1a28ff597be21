import type { Command } from "commander";

export function addReport(program: Command): void {
  program
    .command("report")
    .description("make reports from a stored run; the ending says which format; needs no engine")
    .argument("<run>", "a run's id, its folder, or `last`")
    .argument("<file...>", "files to write, e.g. run.html run.md run.xml")
    .action(async (run: string, files: string[]) => {
      const [{ chooseReports, writeReports }, { findRunFolder, runFiles }, { readHistory }, { judge }, { join }] =
        await Promise.all([
          import("../write-reports.ts"),
          import("../lab/runs.ts"),
          import("../history/reader.ts"),
          import("../verdict/judge.ts"),
          import("node:path"),
        ]);
      const reports = chooseReports(files);
      const folder = findRunFolder(run);
      const result = await judge(readHistory(join(folder, runFiles.history)));
      await writeReports(reports, { result, folders: [folder] });
      for (const { file } of reports) process.stdout.write(`${file}\n`);
    });
}
