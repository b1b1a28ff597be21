import { judgeRun } from "../experiment/judge-run.ts";
import { findRunFolder } from "../experiment/run-folders.ts";
import { printResult } from "../output/print-result.ts";

export async function judge(
  run: string,
  { json = false }: { json?: boolean },
  { colour }: { colour: boolean },
): Promise<void> {
  const folder = findRunFolder(run);
  const { result } = await judgeRun(folder);
  await printResult(result, { folder, json, colour });
}
