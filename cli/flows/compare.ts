import { type ExitReason, exitCodeFor } from "../errors.ts";
import { commandLine } from "../experiment/command-line.ts";
import { checkNeeds, columnsOf, compareResults } from "../experiment/comparison/decide.ts";
import { measureScenarios } from "../experiment/comparison/measure-scenarios.ts";
import { chosenScenarios, planComparison } from "../experiment/comparison/plan-comparison.ts";
import { readResults, writeResults } from "../experiment/comparison/stored-results.ts";
import { runExperiment } from "../experiment/experiment.ts";
import { versionsOf } from "../experiment/run-header.ts";
import { attempt, reasonOf, sayTroubles, type Troubles, throwFirst } from "../experiment/troubles.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { holdLab } from "../lab/obtain-lab.ts";
import { allProfiles } from "../lab/services.ts";
import { requireWritable } from "../output/write-reports.ts";
import { decisionTable } from "../report/decision-table.ts";
import { detectTerminal } from "../terminal/detect-terminal.ts";
import { exitCodeOf, isInterruption, listenForInterrupts } from "../terminal/interrupt.ts";
import { openNarrator } from "../terminal/narrator.ts";
import { type Architecture, profilesOf, type Selection, selectArchitectures } from "../theory/architectures.ts";
import type { Scenario } from "../theory/scenario.ts";
import type { Result } from "../verdict/result.ts";

export interface CompareOptions {
  policy?: string[];
  store?: string[];
  scenario?: string[];
  need: string[];
  users: number;
  name: string;
  port?: number;
  wait?: boolean;
  json?: boolean;
  resume?: string;
}

/** All scenarios on one lab, one after the other: each heals what it broke, so they do not disturb each other. */
export async function compare(options: CompareOptions, { colour }: { colour: boolean }): Promise<void> {
  const { need, resume, name, port, wait } = options;
  const scenarios = await chosenScenarios(options.scenario);
  checkNeeds(need, columnsOf(scenarios));
  const chosen = {
    ...(options.policy === undefined ? {} : { policies: options.policy }),
    ...(options.store === undefined ? {} : { stores: options.store }),
  };
  // Unknown names are an error before anything is asked of the engine.
  selectArchitectures(chosen);
  if (resume !== undefined) requireWritable(resume);
  const stored = resume === undefined ? [] : readResults(resume);
  const narrator = await openNarrator(detectTerminal({ colour }));
  const interrupt = listenForInterrupts();
  const { signal } = interrupt;
  const say = (text: string) => narrator.doing(text);
  const failures: ExitReason[] = [];
  const troubles: Troubles = [];
  const results: Result[] = [];
  let architectures: Architecture[] = [];
  await attempt(troubles, async () => {
    say("looking for a running lab");
    // Held from the first scenario to the last: no other command may break something in between.
    await using held = await holdLab({
      name,
      engine: new LabEngine(),
      start: {
        stays: false,
        mustBe: "well",
        interrupt,
        alsoWith: profilesFor(scenarios, chosen),
        ...(port === undefined ? {} : { port }),
      },
      what: "lab compare",
      countsSessions: true,
      wait: wait ?? false,
      signal,
      say,
    });
    await attempt(troubles, async () => {
      // A comparison without the optional servers would leave out stores that people weigh up; a running lab has what it has.
      const selection = { ...chosen, profiles: held.isOurs ? allProfiles() : held.lab.profiles };
      architectures = selectArchitectures(selection);
      const measured = await measureScenarios({
        plans: await planComparison({ scenarios, selection, users: options.users, name, command: asTyped(options) }),
        stored,
        versions: await versionsOf(held.lab, held.engine),
        // Only the scenarios' names are told, not each story.
        play: (plan) => runExperiment(plan, { tell: () => {}, doing: say }, interrupt),
        keep: (all) => (resume === undefined ? undefined : writeResults(resume, all)),
        say: (line) => narrator.tell(line),
        signal,
      });
      results.push(...measured.results);
      failures.push(...measured.troubles.map(reasonOf));
    });
    const left = await attempt(troubles, () => held.giveBack());
    if (left && left.length > 0) failures.push("leftBehind");
  });
  narrator.end();
  interrupt.release();

  const real = troubles.filter((trouble) => !isInterruption(trouble, signal));
  if (results.length === 0 && real.length > 0 && !interrupt.received) throwFirst(real);
  sayTroubles(real);
  if (results.length > 0 || options.json) {
    const extraServers = new Map(architectures.map(({ id, store }) => [id, store.server]));
    const comparison = compareResults(results, scenarios, { wanted: need, extraServers });
    process.stdout.write(
      options.json ? `${JSON.stringify({ comparison, results }, null, 2)}\n` : decisionTable(comparison),
    );
  }
  process.exitCode = interrupt.received
    ? exitCodeOf(interrupt.received)
    : exitCodeFor([...failures, ...real.map(reasonOf), ...results.map(({ verdict }) => verdict)]);
}

/** Of a lab that is started for it: what the architectures and the scenarios need. */
function profilesFor(scenarios: ReadonlyMap<string, Scenario>, chosen: Selection): string[] {
  const ofScenarios = [...scenarios.values()].flatMap(({ profiles = [] }) => profiles);
  return [...profilesOf(selectArchitectures({ ...chosen, profiles: allProfiles() })), ...ofScenarios];
}

function asTyped({ policy, store, scenario, need, users }: CompareOptions): string {
  return commandLine(["compare"], {
    "--policy": policy,
    "--store": store,
    "--scenario": scenario,
    "--need": need.length > 0 ? need : undefined,
    "--users": users,
  });
}
