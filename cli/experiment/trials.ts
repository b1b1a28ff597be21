import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../errors.ts";
import type { Resource } from "../lab/lab-engine.ts";
import type { LabInUse } from "../lab/obtain-lab.ts";
import { Interrupted, type Narrator } from "../runner/narrator.ts";
import type { Interrupt } from "../terminal/interrupt.ts";
import { combineTrials } from "../verdict/combine-trials.ts";
import { endRun, type Outcome, playRun, storeResult } from "./experiment.ts";
import type { OpenRun } from "./open-run.ts";
import type { Plan } from "./plan.ts";
import { historyFolders, newRunFolder, newRunId, runFiles, runFolder } from "./run-folders.ts";
import { trialPlans } from "./trial-plans.ts";
import { attempt, type Troubles, throwFirst } from "./troubles.ts";
import { withLab } from "./with-lab.ts";

/** A run, or a set of trials, which is one run, too: what came out, and where it is stored. */
export interface Played extends Outcome {
  /** The folder of each trial that was played, in order. */
  folders: string[];
}

/** Tells of one run, and may want it from the beginning. */
export type TrialNarrator = Narrator & { readonly again?: boolean };

export interface TrialOptions {
  plan: Plan;
  /** How often; 1 is a run that belongs to no set. */
  count: number;
  /** Tells what is about all trials. */
  narrator: Narrator;
  /** A new one each time that a run begins. @param trial the first is 1 */
  narratorFor: (trial: number) => TrialNarrator;
  interrupt: Interrupt;
}

/**
 * Plays a scenario once, or several times on one lab. A set that is cut short is stored and judged as far as it got.
 *
 * @throws LabError when no run could begin; nothing is left behind then
 */
export async function playTrials(options: TrialOptions): Promise<Played> {
  const { plan, count, narrator, interrupt } = options;
  const set = newRunId(plan.scenarioId);
  const outcomes: Outcome[] = [];
  let last: OpenRun | undefined;
  const { left, troubles } = await withLab(plan, narrator, interrupt, async (use) => {
    const plans = trialPlans(plan, { count, set });
    if (count > 1) storeSet(set, plan, plans);
    for (const next of plans) {
      if (interrupt.signal.aborted) return;
      const before = last;
      last = undefined;
      if (before) outcomes.push(await endRun(before, []));
      if (next.trial) await narrator.tell(`Trial ${next.trial.number} of ${count}: ${next.victim}`);
      last = await playUntilWanted(next, use, options);
      if (!last.ended.complete) return;
    }
  });
  // What is left behind of the lab is known now, and belongs to the history that is still open.
  const open = last;
  const outcome = open && (await attempt(troubles, () => endRun(open, left)));
  if (outcome) outcomes.push(outcome);
  else if (left.length > 0) troubles.push(leftBehind(left));
  if (outcomes.length === 0 && historyFolders(runFolder(set)).length === 0)
    rmSync(runFolder(set), { recursive: true, force: true });
  if (outcomes.length === 0) throwFirst(troubles.length > 0 ? troubles : [new Interrupted("interrupted")]);
  return asOne(outcomes, { folder: count > 1 ? runFolder(set) : outcomes[0]!.folder, troubles });
}

/** Again from the beginning, as often as the presenter likes; the last time counts. */
async function playUntilWanted(
  plan: Plan,
  use: LabInUse,
  { narratorFor, interrupt: { signal } }: TrialOptions,
): Promise<OpenRun> {
  for (;;) {
    const narrator = narratorFor(plan.trial?.number ?? 1);
    const run = await playRun(plan, { ...use, narrator, signal });
    if (!narrator.again || run.troubles.length > 0) return run;
    await endRun(run, []);
    // A set has one run of each number.
    if (plan.trial) rmSync(run.folder, { recursive: true });
  }
}

function storeSet(set: string, { scenarioId, seed, asked, command }: Plan, plans: readonly Plan[]): void {
  const trials = plans.map(({ trial, seed, victim, faultDelayMs }) => ({
    number: trial?.number,
    seed,
    victim,
    faultDelayMs,
  }));
  const planned = { id: set, scenario: scenarioId, seed, asked, command, trials };
  writeFileSync(join(newRunFolder(set), runFiles.plan), `${JSON.stringify(planned, null, 2)}\n`, { mode: 0o600 });
}

/** No history is open that could tell of it. */
function leftBehind(left: readonly Resource[]): LabError {
  const names = left.map(({ kind, name }) => `${kind} ${name}`);
  return new LabError(`Left behind on this machine: ${names.join(", ")}.`, {
    id: "left-behind",
    todo: "`lab down` removes it.",
    exit: "leftBehind",
  });
}

async function asOne(
  outcomes: readonly Outcome[],
  { folder, troubles }: { folder: string; troubles: Troubles },
): Promise<Played> {
  const result = combineTrials(outcomes.map((outcome) => outcome.result));
  const all = [...troubles, ...outcomes.flatMap((outcome) => outcome.troubles)];
  if (result !== outcomes[0]?.result) await attempt(all, () => storeResult(folder, result));
  return { result, folder, folders: outcomes.map((outcome) => outcome.folder), troubles: all };
}
