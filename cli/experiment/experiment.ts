import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { explainDisk } from "../errors.ts";
import { readHistory } from "../history/reader.ts";
import type { Resource } from "../lab/lab-engine.ts";
import type { LabInUse } from "../lab/obtain-lab.ts";
import type { Narrator } from "../runner/narrator.ts";
import { type Interrupt, isInterruption } from "../terminal/interrupt.ts";
import { judge } from "../verdict/judge.ts";
import type { Result } from "../verdict/result.ts";
import { collectGarbageSooner } from "./collect-garbage-sooner.ts";
import { closeRun, type OpenRun, openRun } from "./open-run.ts";
import type { Plan } from "./plan.ts";
import { playOn, type RunTools } from "./play-on.ts";
import { runFiles } from "./run-folders.ts";
import { describeRun } from "./run-header.ts";
import { attempt, type Troubles, throwFirst } from "./troubles.ts";
import { withLab } from "./with-lab.ts";

export interface Outcome {
  result: Result;
  folder: string;
  /** What failed besides: the verdict stands all the same. */
  troubles: Troubles;
}

/**
 * The whole way of a run: lab up, users in, steps played, lab down, verdict. Returns a result also when it was interrupted, or when
 * something failed; then the result says so.
 *
 * @throws LabError when the run could not begin; nothing is left behind then
 */
export async function runExperiment(plan: Plan, narrator: Narrator, interrupt: Interrupt): Promise<Outcome> {
  const runs: OpenRun[] = [];
  const { left, troubles } = await withLab(plan, narrator, interrupt, async (use) => {
    runs.push(await playRun(plan, { ...use, narrator, signal: interrupt.signal }));
  });
  const [run] = runs;
  if (!run) throwFirst(troubles);
  const outcome = await endRun(run, left);
  return { ...outcome, troubles: [...troubles, ...outcome.troubles] };
}

/** Plays the steps of a plan, as far as it gets. The history stays open, for what is left behind of the lab. */
export async function playRun(plan: Plan, tools: LabInUse & Pick<RunTools, "narrator" | "signal">): Promise<OpenRun> {
  collectGarbageSooner(plan);
  const run = openRun(plan, await describeRun(tools.lab, tools.engine, plan));
  try {
    await playOn(tools.lab, tools.engine, plan, { ...run, ...tools });
  } catch (error) {
    run.ended = { complete: false, reason: (error as Error).message };
    if (!isInterruption(error, tools.signal)) run.troubles.push(explainDisk(error));
  }
  return run;
}

/** Closes the history, judges it and stores the result. */
export async function endRun(run: OpenRun, left: readonly Resource[]): Promise<Outcome> {
  const { folder, troubles } = run;
  await attempt(troubles, () => closeRun(run, left));
  const result = await attempt(troubles, () => judge(readHistory(join(folder, runFiles.history))));
  if (!result) throwFirst(troubles);
  await attempt(troubles, () => storeResult(folder, result));
  return { result, folder, troubles };
}

export function storeResult(folder: string, result: Result): void {
  writeFileSync(join(folder, runFiles.result), `${JSON.stringify(result, null, 2)}\n`, { mode: 0o600 });
}
