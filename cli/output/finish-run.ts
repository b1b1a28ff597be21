import { type ExitReason, exitCodeFor } from "../errors.ts";
import type { Played } from "../experiment/trials.ts";
import { attempt, reasonOf, sayTroubles, type Troubles } from "../experiment/troubles.ts";
import { exitCodeOf, type Interrupt, reasonOfSignal } from "../terminal/interrupt.ts";
import type { Result } from "../verdict/result.ts";
import { type PrintOptions, printResult, reasonsOf } from "./print-result.ts";
import { type ReportFile, writeReports } from "./write-reports.ts";

export interface FinishOptions extends Omit<PrintOptions, "folder"> {
  reports: readonly ReportFile[];
  interrupt: Pick<Interrupt, "received">;
  /** What else is shown of the result, on the same screen. */
  show: (result: Result) => Promise<void> | void;
}

/**
 * The end of a command that played a run: the result is printed, then reports are written, and whatever failed besides is said on
 * stderr. The exit code stands for all of it.
 */
export async function finishRun(
  { result, folder, folders, troubles }: Played,
  { reports, interrupt, show, ...print }: FinishOptions,
): Promise<void> {
  const all: Troubles = [...troubles];
  const writeAll = async () => void all.push(...(await writeReports(reports, { result, folders })));
  // A document for programs lists every reason, those of the reports included; a person reads the verdict first.
  if (print.json) await writeAll();
  const printed = print.json ? { ...result, exitReasons: reasons(result, all, interrupt) } : result;
  await attempt(all, () => printResult(printed, { folder, ...print }));
  if (!print.json) await writeAll();
  await attempt(all, () => show(result));
  sayTroubles(all);
  process.exitCode = interrupt.received ? exitCodeOf(interrupt.received) : exitCodeFor(reasons(result, all, interrupt));
}

function reasons(result: Result, troubles: Troubles, { received }: Pick<Interrupt, "received">): ExitReason[] {
  const all = [...reasonsOf(result), ...troubles.map(reasonOf), ...(received ? [reasonOfSignal(received)] : [])];
  return [...new Set(all)];
}
