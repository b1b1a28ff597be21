import { loadScenario, scenarioIds } from "../catalogue.ts";
import { LabError, unknownValue } from "../errors.ts";
import { collectPredictions } from "../experiment/collect-predictions.ts";
import type { Plan } from "../experiment/plan.ts";
import { type AskedRun, planAsAsked } from "../experiment/plan-as-asked.ts";
import { trialPlans } from "../experiment/trial-plans.ts";
import { named } from "../history/services.ts";
import { ownServices } from "../lab/own-services.ts";
import { labServices } from "../lab/services.ts";
import { chooseReports } from "../output/write-reports.ts";
import { stepsReport } from "../report/steps.ts";
import { detectTerminal } from "../terminal/detect-terminal.ts";
import { listenForInterrupts } from "../terminal/interrupt.ts";
import { openNarrator } from "../terminal/narrator.ts";
import { openPresentation, type PresentationOptions } from "../terminal/present/open-presentation.ts";
import { tellSteps } from "../theory/step-table.ts";

const appServers = named(ownServices, "app-server");

export interface ScenarioOptions extends AskedRun, PresentationOptions {
  json?: boolean;
  report: string[];
  dryRun?: boolean;
  watch?: boolean;
  open: boolean;
  predict?: string | true;
}

export async function listScenarios(): Promise<void> {
  for (const id of scenarioIds()) process.stdout.write(`${id.padEnd(16)} ${(await loadScenario(id)).question}\n`);
}

/** Runs a scenario, or prints its steps. All values are checked before anything is started. */
export async function scenario(
  scenarioId: string | undefined,
  options: ScenarioOptions,
  { colour, input }: { colour: boolean; input: boolean },
): Promise<void> {
  const { victim, json = false } = options;
  if (scenarioId === undefined) throw noScenario();
  if (victim !== undefined && !appServers.includes(victim)) throw unknownValue("victim", victim, appServers);
  const reports = chooseReports(options.report);
  const plan = await planAsAsked(scenarioId, options);
  if (options.dryRun) return printSteps(plan, options);

  const terminal = detectTerminal({ colour });
  const narrator = await openNarrator(terminal);
  const interrupt = listenForInterrupts();
  const person = { input, signal: interrupt.signal };
  const presenter = options.present ? openPresentation(options, terminal, person) : undefined;
  const predictions = options.predict === undefined ? [] : await collectPredictions(plan, options.predict, person);
  // A room reads one page at a time: nothing may turn below it.
  if (!presenter) narrator.doing("looking for a running lab");
  // Loading what talks to Docker takes a while: by then the line above is on the screen. No other flow loads anything later.
  const { playScenario } = await import("./play-scenario.ts");
  await playScenario(plan, { ...options, json, reports, predictions, presenter, terminal, narrator, interrupt });
}

function noScenario(): LabError {
  return new LabError("Which scenario?", {
    id: "no-scenario",
    todo: `Give one of: ${scenarioIds().join(", ")}.`,
    exit: "usage",
  });
}

function printSteps(plan: Plan, { users, trials, seed }: ScenarioOptions): void {
  process.stdout.write(
    stepsReport({
      ...plan.scenario,
      steps: tellSteps(plan.scenario.steps, { victim: plan.victim, services: labServices() }),
      architectures: plan.architectures.map(({ id }) => id),
      alsoTakesPart: plan.alsoTakesPart ?? [],
      victim: plan.victim,
      users,
      isDrawn: seed === undefined,
      runs: trialPlans(plan, { count: trials, set: "" }),
    }),
  );
}
