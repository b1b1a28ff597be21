import { phaseOf, type Step, type StepOf, type Verb } from "../theory/step-table.ts";
import { healFaults, noteWhatIsStillBroken } from "./heal-faults.ts";
import { type InUse, shortIdleMs } from "./keep-in-use.ts";
import { lookIntoStores } from "./look-into-stores.ts";
import { Interrupted } from "./narrator.ts";
import { noteAlerts } from "./note-alerts.ts";
import { noteDisturbances } from "./note-disturbances.ts";
import { noteFailovers } from "./note-failovers.ts";
import { noteWrongLabels } from "./note-wrong-labels.ts";
import type { InPhase, RunContext } from "./run-context.ts";
import { newMemory, type RunMemory } from "./run-memory.ts";
import type { Played, StepTools } from "./steps/played.ts";
import { playedSteps } from "./steps/table.ts";

/**
 * Plays the steps of a scenario in order. Whatever happens, what it broke is healed when it returns.
 *
 * @param memory to look at what the run remembers
 */
export async function runScenario(context: RunContext, memory: RunMemory = newMemory()): Promise<void> {
  const startedAtMs = Date.now();
  const run: StepTools = { ...context, ...memory, phase: "baseline" };
  const { steps } = run.scenario;
  if (steps.some((step) => step.do === "log-in" && step.idleEnd === "soon")) run.idleMs = await shortIdleMs(run);
  announceUsers(run);
  await noteDisturbances(run);
  if (steps.some((step) => step.do === "measure" && step.measure.looksIntoStore))
    run.storesBefore = await lookIntoStores(run);
  noteWrongLabels(run);
  try {
    for (const step of steps) {
      throwIfInterrupted(run);
      run.phase = phaseOf(step) ?? run.phase;
      noteStep(run, step);
      await play(step, run);
    }
    throwIfInterrupted(run);
  } finally {
    await healFaults(run);
    await noteDisturbances(run);
    noteWhatIsStillBroken(run);
    await noteFailovers(run);
    await noteAlerts(run, startedAtMs);
  }
}

async function play<Do extends Verb>(step: StepOf<Do>, run: StepTools): Promise<void> {
  const played: Played<Do> = playedSteps[step.do];
  await played(step, run);
}

function throwIfInterrupted({ signal }: Pick<RunContext, "signal">): void {
  if (signal.aborted) throw new Interrupted("interrupted");
}

function noteStep({ recorder, phase }: Pick<RunContext, "recorder"> & InPhase, step: Step): void {
  const says = step.do === "tell" ? { says: step.text } : {};
  recorder.record({ type: "step", at: recorder.now(), phase, step: step.do, ...says });
}

function announceUsers({
  members,
  idleMs,
  recorder,
}: Pick<RunContext, "members" | "recorder"> & Pick<InUse, "idleMs">): void {
  for (const { user, architecture, role, seat } of members)
    recorder.record({
      type: "user",
      at: recorder.now(),
      user: user.id,
      architecture: architecture.id,
      role,
      address: user.address,
      ...(seat === undefined ? {} : { seat }),
      ...(idleMs === undefined ? {} : { idleMs }),
    });
}
