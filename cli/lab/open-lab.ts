import type { Engine } from "../docker/engine.ts";
import { type Plan, profilesOfPlan } from "../experiment/plan.ts";
import { type Guard, guardRunningLab } from "../record/guard-lab.ts";
import type { Narrator } from "../runner/stage.ts";
import type { Interrupt } from "../terminal/interrupt.ts";
import { addServers } from "./add-servers.ts";
import { claimLab } from "./claim-lab.ts";
import { requireFreeLab } from "./free-lab.ts";
import { requireWell } from "./heal-services.ts";
import { removeOwnLab } from "./remove-lab.ts";
import { findLab, reviveLab, startLab } from "./start-lab.ts";
import type { Lab } from "./topology.ts";

/** A lab on which this process alone measures, until it is closed. */
export interface OpenLab extends AsyncDisposable {
  lab: Lab;
  /** This command started it and has to remove it. */
  isOurs: boolean;
  guard: Guard;
}

/**
 * The running lab of that name, claimed and in good order, with the optional servers that the plan needs; or one that is started.
 *
 * @throws LabError (`lab-of-another`, `lab-busy`, `lab-in-use`, `lab-unwell`, and those of starting one)
 */
export async function openLab(plan: Plan, engine: Engine, narrator: Narrator, interrupt: Interrupt): Promise<OpenLab> {
  await requireFreeLab(plan.name, engine, { beside: "runs" });
  const running = await findLab(plan.name, engine);
  if (!running && !plan.keep) interrupt.onSecond = async () => void (await removeOwnLab(plan, engine));
  const lab = running ?? (await startNewLab(plan, engine, narrator, interrupt));
  const isOurs = !running && !plan.keep;
  const guard = guardRunningLab(lab);
  let claim: Disposable | undefined;
  const close = async () => {
    claim?.[Symbol.dispose]();
    await guard[Symbol.asyncDispose]();
  };
  try {
    // One that this command is going to remove is refused to everybody else (`lab-busy`).
    claim = isOurs
      ? undefined
      : await claimLab(lab, guard, {
          what: `lab scenario ${plan.scenarioId}`,
          countsSessions: plan.scenario.steps.some((step) => step.do === "measure" && step.measure.looksIntoStore),
          signal: interrupt.signal,
          say: (text) => narrator.doing(text),
          ...(plan.wait === undefined ? {} : { wait: plan.wait }),
        });
    const ready = running ? await makeReady(running, plan, engine, narrator, interrupt) : lab;
    return { lab: ready, isOurs, guard, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function startNewLab(plan: Plan, engine: Engine, narrator: Narrator, { signal }: Interrupt): Promise<Lab> {
  return startLab({
    name: plan.name,
    stays: plan.keep,
    engine,
    signal,
    profiles: profilesOfPlan(plan),
    say: (text) => narrator.doing(text),
    ...(plan.port === undefined ? {} : { port: plan.port }),
  });
}

/** @throws LabError (`lab-unwell`) naming what is not as it should be, before anything is measured */
async function makeReady(
  running: Lab,
  plan: Plan,
  engine: Engine,
  narrator: Narrator,
  { signal }: Interrupt,
): Promise<Lab> {
  // After a restart of the engine its containers are all there, and all dead.
  if ((await engine.states(running)).every((state) => !state.running)) {
    narrator.doing(`the lab "${plan.name}" is stopped: starting it again`);
    await reviveLab(running, engine, signal);
  }
  await requireWell(running, engine);
  const missing = profilesOfPlan(plan).filter((profile) => !running.profiles.includes(profile));
  if (missing.length === 0) return running;
  narrator.doing(`starting ${missing.join(", ")} in the lab "${plan.name}", for as long as that runs`);
  return addServers(running, missing, { engine, signal });
}
