import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Engine, type Resource } from "../docker/engine.ts";
import { explainDisk } from "../errors.ts";
import type { RunEvent } from "../history/events.ts";
import { readHistory } from "../history/reader.ts";
import { FileRecorder } from "../history/recorder.ts";
import { openLab } from "../lab/open-lab.ts";
import { removeLab } from "../lab/remove-lab.ts";
import type { Lab } from "../lab/topology.ts";
import type { Guard } from "../record/guard-lab.ts";
import type { Narrator } from "../runner/stage.ts";
import type { Interrupt } from "../terminal/interrupt.ts";
import { judge } from "../verdict/judge.ts";
import type { Result } from "../verdict/result.ts";
import type { Plan } from "./plan.ts";
import { playOn, type RunTools } from "./play-on.ts";
import { newRunFolder, runFiles } from "./run-folders.ts";
import { describeRun } from "./run-header.ts";
import { attempt, isInterruption, type Troubles, throwFirst } from "./troubles.ts";

export interface Outcome {
  result: Result;
  folder: string;
  /** What failed besides: the verdict stands all the same. */
  troubles: Troubles;
}

/** A lab that runs, while something is done with it. */
export interface Site {
  lab: Lab;
  engine: Engine;
  guard: Guard;
}

/**
 * The whole way of a run: lab up, users in, steps played, lab down, verdict. Returns a result also when it was interrupted, or when
 * something failed; then the result says so.
 *
 * @throws LabError when the run could not begin; nothing is left behind then
 */
export async function runExperiment(plan: Plan, narrator: Narrator, interrupt: Interrupt): Promise<Outcome> {
  const runs: OpenRun[] = [];
  const { left, troubles } = await withLab(plan, narrator, interrupt, async (site) => {
    runs.push(await playRun(plan, { ...site, narrator, signal: interrupt.signal }));
  });
  const [run] = runs;
  if (!run) throwFirst(troubles);
  const outcome = await endRun(run, left);
  return { ...outcome, troubles: [...troubles, ...outcome.troubles] };
}

/**
 * Has a lab run while something is done with it: the running one, which stays, or one that is started and removed again.
 *
 * @returns what was left behind of a lab that was started here, and what `act` and the removal threw
 * @throws LabError when there is no lab
 */
export async function withLab(
  plan: Plan,
  narrator: Narrator,
  interrupt: Interrupt,
  act: (site: Site) => Promise<void>,
): Promise<{ left: Resource[]; troubles: Troubles }> {
  const engine = new Engine();
  await using opened = await openLab(plan, engine, narrator, interrupt);
  const { lab, isOurs, guard } = opened;
  const troubles: Troubles = [];
  await attempt(troubles, async () => {
    for (const says of plan.alsoTakesPart ?? []) await narrator.tell(says);
    await act({ lab, engine, guard });
  });
  if (!isOurs) {
    // A run can end without the engine, and nobody else would say that it went away.
    await attempt(troubles, () => engine.version());
    return { left: [], troubles };
  }
  narrator.doing("removing the lab");
  return { left: (await attempt(troubles, () => removeLab(lab, engine))) ?? [], troubles };
}

/** Plays the steps of a plan, as far as it gets. The history stays open, for what is left behind of the lab. */
export async function playRun(plan: Plan, tools: Site & Pick<RunTools, "narrator" | "signal">): Promise<OpenRun> {
  if (plan.users * plan.architectures.length >= crowd) collectSooner();
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
export async function endRun(
  { folder, recorder, ended, troubles }: OpenRun,
  left: readonly Resource[],
): Promise<Outcome> {
  await attempt(troubles, () => closeRun(recorder, left, ended));
  const result = await attempt(troubles, () => judge(readHistory(join(folder, runFiles.history))));
  if (!result) throwFirst(troubles);
  await attempt(troubles, () => storeResult(folder, result));
  return { result, folder, troubles };
}

export function storeResult(folder: string, result: Result): void {
  writeFileSync(join(folder, runFiles.result), `${JSON.stringify(result, null, 2)}\n`, { mode: 0o600 });
}

/** From so many users on, memory counts for more than the time that it takes to tidy it up. */
const crowd = 5_000;

/**
 * What a crowd keeps is long-lived and small beside what it leaves: by default V8 would let the heap double before it looks. Read
 * at each collection, so it may be set while the process runs.
 */
function collectSooner(): void {
  setFlagsFromString("--heap-growing-percent=25");
}

/** A run whose folder exists and whose history has begun, and how far it came. */
export interface OpenRun {
  folder: string;
  recorder: FileRecorder;
  ended: { complete: boolean; reason?: string };
  troubles: Troubles;
}

function openRun(plan: Plan, header: RunEvent): OpenRun {
  const folder = newRunFolder(header.id);
  const recorder = new FileRecorder(join(folder, runFiles.history), plan.onEvent);
  recorder.record(header);
  const planned = { ...header, steps: plan.scenario.steps };
  writeFileSync(join(folder, runFiles.plan), `${JSON.stringify(planned, null, 2)}\n`, { mode: 0o600 });
  return { folder, recorder, ended: { complete: true }, troubles: [] };
}

function closeRun(
  recorder: FileRecorder,
  leftovers: readonly Resource[],
  ended: { complete: boolean; reason?: string },
): void {
  for (const { kind, name } of leftovers) recorder.record({ type: "leftover", at: recorder.now(), kind, name });
  recorder.record({ type: "end", at: recorder.now(), ...ended });
  recorder.close();
}
