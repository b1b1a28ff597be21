import { errorLines } from "../errors.ts";
import type { Plan } from "../experiment/plan.ts";
import { presentRuns } from "../experiment/present-runs.ts";
import { playTrials } from "../experiment/trials.ts";
import { finishRun } from "../output/finish-run.ts";
import { tellGithub } from "../output/github-actions.ts";
import type { ReportFile } from "../output/write-reports.ts";
import { type Prediction, predictionReport } from "../report/predictions.ts";
import type { Terminal } from "../terminal/detect-terminal.ts";
import { exitCodeOf, type Interrupt, isInterruption } from "../terminal/interrupt.ts";
import type { TerminalNarrator } from "../terminal/narrator.ts";
import type { Presenter } from "../terminal/present/presenter.ts";
import type { Result } from "../verdict/result.ts";
import { openRunPage } from "../watch/run-page.ts";

export interface PlayOptions {
  trials: number;
  json: boolean;
  reports: readonly ReportFile[];
  predictions: readonly Prediction[];
  /** Shows the run in a browser while it happens. */
  watch?: boolean;
  /** Opens that browser. */
  open: boolean;
  presenter: Presenter | undefined;
  terminal: Terminal;
  narrator: TerminalNarrator;
  interrupt: Interrupt;
}

/** Plays what is planned, as often as asked, and prints what came of it. */
export async function playScenario(plan: Plan, options: PlayOptions): Promise<void> {
  const { trials, json, reports, predictions, watch, open, presenter, terminal, narrator, interrupt } = options;
  if (watch) narrator.rest();
  await using page = watch ? await openRunPage({ open }) : undefined;
  const planned = page ? { ...plan, onEvent: page.onEvent } : plan;
  let isWell = false;
  try {
    const played = presenter
      ? await presentRuns(planned, trials, presenter, interrupt)
      : await playTrials({ plan: planned, count: trials, narrator, narratorFor: () => narrator, interrupt });
    narrator.end();
    const show = (result: Result) => {
      showPredictions(predictions, result, { json, terminal });
      tellGithub(result);
    };
    await finishRun(played, { reports, json, colour: terminal.colour, interrupt, show });
    isWell = played.troubles.length === 0;
  } catch (error) {
    narrator.end();
    if (!interrupt.received) throw error;
    // Nothing was measured. What went wrong besides is said all the same.
    if (!isInterruption(error, interrupt.signal)) process.stderr.write(`${errorLines(error).join("\n")}\n`);
  } finally {
    interrupt.release();
  }
  if (interrupt.received) process.exitCode = exitCodeOf(interrupt.received);
  // After trouble the prompt comes back, so that the user can deal with it; `lab replay --page` shows the run again.
  else if (isWell) await page?.linger();
}

/** Beside a document for programs they go to stderr. */
function showPredictions(
  predictions: readonly Prediction[],
  result: Result,
  { json, terminal }: { json: boolean; terminal: Terminal },
): void {
  if (predictions.length === 0) return;
  (json ? process.stderr : process.stdout).write(`\n${predictionReport(predictions, result, terminal)}`);
}
