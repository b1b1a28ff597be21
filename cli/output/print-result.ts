import { type ExitReason, exitCodeFor } from "../errors.ts";
import { jsonReport } from "../report/json.ts";
import { terminalReport } from "../report/terminal-report.ts";
import { detectTerminal } from "../terminal/detect-terminal.ts";
import type { Result } from "../verdict/result.ts";

export interface PrintOptions {
  folder: string;
  json: boolean;
  colour: boolean;
}

/** Prints the result on stdout and sets the exit code that it calls for. */
export async function printResult(result: Result, { folder, json, colour }: PrintOptions): Promise<void> {
  const terminal = detectTerminal({ colour });
  process.stdout.write(json ? jsonReport(result) : terminalReport(result, { ...terminal, runFolder: folder }));
  process.exitCode = exitCodeFor(reasonsOf(result));
}

export function reasonsOf({ verdict, leftovers }: Result): ExitReason[] {
  return leftovers.length > 0 ? [verdict, "leftBehind"] : [verdict];
}
