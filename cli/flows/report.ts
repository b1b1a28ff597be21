import { judgeRun } from "../experiment/judge-run.ts";
import { findRunFolder } from "../experiment/run-folders.ts";
import { throwFirst } from "../experiment/troubles.ts";
import { chooseReports, writeReports } from "../output/write-reports.ts";

export async function report(run: string, files: readonly string[]): Promise<void> {
  const reports = chooseReports(files);
  const troubles = await writeReports(reports, await judgeRun(findRunFolder(run)));
  if (troubles.length > 0) throwFirst(troubles);
  for (const { file } of reports) process.stdout.write(`${file}\n`);
}
