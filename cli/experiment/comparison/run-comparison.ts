import { randomInt } from "node:crypto";
import { loadScenario, scenarioIds } from "../../catalogue.ts";
import { Engine } from "../../docker/engine.ts";
import { type ExitReason, exitCodeFor, unknownValue } from "../../errors.ts";
import { claimLab } from "../../lab/claim-lab.ts";
import { requireFreeLab } from "../../lab/free-lab.ts";
import { removeLab, removeOwnLab } from "../../lab/remove-lab.ts";
import { findLab, startLab } from "../../lab/start-lab.ts";
import { defaultVictim, type Lab } from "../../lab/topology.ts";
import { requireWritable } from "../../output/write-reports.ts";
import { guardRunningLab } from "../../record/guard-lab.ts";
import { decisionTable } from "../../report/decision-table.ts";
import { exitCodeOf, listenForInterrupts } from "../../terminal/interrupt.ts";
import { detectTerminal, openNarrator } from "../../terminal/terminal.ts";
import { type Architecture, profilesOf, type Selection, selectArchitectures } from "../../theory/architectures.ts";
import type { Scenario } from "../../theory/scenario.ts";
import { allProfiles } from "../../theory/stores.ts";
import type { Result } from "../../verdict/result.ts";
import { commandLine } from "../command-line.ts";
import { runExperiment } from "../experiment.ts";
import { makePlan, type Plan } from "../plan.ts";
import { versionsOf } from "../run-header.ts";
import { attempt, isInterruption, reasonOf, sayTroubles, type Troubles, throwFirst } from "../troubles.ts";
import { checkNeeds, columnsOf, compareResults } from "./decide.ts";
import { measureScenarios } from "./measure-scenarios.ts";
import { readResults, writeResults } from "./stored-results.ts";

export interface ComparisonOptions {
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
  colour: boolean;
}

/** All scenarios on one lab, one after the other: each heals what it broke, so they do not disturb each other. */
export async function runComparison(options: ComparisonOptions): Promise<void> {
  const scenarios = await chosenScenarios(options.scenario);
  checkNeeds(options.need, columnsOf(scenarios));
  const chosen = {
    ...(options.policy === undefined ? {} : { policies: options.policy }),
    ...(options.store === undefined ? {} : { stores: options.store }),
  };
  // Unknown names are an error before anything is asked of the engine.
  selectArchitectures(chosen);
  if (options.resume !== undefined) requireWritable(options.resume);
  const stored = options.resume === undefined ? [] : readResults(options.resume);
  const narrator = await openNarrator(detectTerminal({ colour: options.colour }));
  const interrupt = listenForInterrupts();
  const { signal } = interrupt;
  const engine = new Engine();
  const failures: ExitReason[] = [];
  const troubles: Troubles = [];
  const results: Result[] = [];
  let architectures: Architecture[] = [];
  let started: Lab | undefined;
  await attempt(troubles, async () => {
    narrator.doing("looking for a running lab");
    await unlessAborted(requireFreeLab(options.name, engine, { beside: "runs" }), signal);
    const running = await unlessAborted(findLab(options.name, engine), signal);
    await using guard = running && guardRunningLab(running);
    // From the first scenario to the last: nobody may come in between, e.g. with a fault that stays.
    using _claim =
      running &&
      guard &&
      (await claimLab(running, guard, {
        what: "lab compare",
        countsSessions: true,
        wait: options.wait ?? false,
        signal,
        say: (text) => narrator.doing(text),
      }));
    // A comparison without the optional servers would leave out stores that people weigh up; a running lab has what it has.
    const selection = { ...chosen, profiles: running ? running.profiles : allProfiles() };
    architectures = selectArchitectures(selection);
    if (!running) {
      interrupt.onSecond = async () => void (await removeOwnLab(options, engine));
      started = await startLab({
        name: options.name,
        stays: false,
        profiles: [
          ...new Set([
            ...profilesOf(architectures),
            ...[...scenarios.values()].flatMap(({ profiles = [] }) => profiles),
          ]),
        ],
        engine,
        signal,
        say: (text) => narrator.doing(text),
        ...(options.port === undefined ? {} : { port: options.port }),
      });
    }
    const plans = await Promise.all(inOrder(scenarios).map((id) => planOf(id, { scenarios, selection, options })));
    const measured = await measureScenarios({
      plans,
      stored,
      versions: await versionsOf((running ?? started)!, engine),
      play: (plan) => runExperiment(plan, quiet(narrator), interrupt),
      keep: (all) => (options.resume === undefined ? undefined : writeResults(options.resume, all)),
      say: (line) => narrator.tell(line),
      signal,
    });
    results.push(...measured.results);
    failures.push(...measured.troubles.map(reasonOf));
  });
  const lab = started;
  if (lab) {
    narrator.doing("removing the lab");
    const left = await attempt(troubles, () => removeLab(lab, engine));
    if (left && left.length > 0) failures.push("leftBehind");
  }
  narrator.end();
  interrupt.release();

  const real = troubles.filter((trouble) => !isInterruption(trouble, signal));
  if (results.length === 0 && real.length > 0 && !interrupt.received) throwFirst(real);
  sayTroubles(real);
  if (results.length > 0 || options.json) {
    const extraServers = new Map(architectures.map(({ id, store }) => [id, store.server]));
    const comparison = compareResults(results, scenarios, { wanted: options.need, extraServers });
    process.stdout.write(
      options.json ? `${JSON.stringify({ comparison, results }, null, 2)}\n` : decisionTable(comparison),
    );
  }
  process.exitCode = interrupt.received
    ? exitCodeOf(interrupt.received)
    : exitCodeFor([...failures, ...real.map(reasonOf), ...results.map(({ verdict }) => verdict)]);
}

/** A question is put to every architecture, also where the scenario by itself shows it on fewer. */
function planOf(
  scenarioId: string,
  {
    scenarios,
    selection,
    options,
  }: { scenarios: ReadonlyMap<string, Scenario>; selection: Selection; options: ComparisonOptions },
): Promise<Plan> {
  const question = scenarios.get(scenarioId)?.compare;
  const users = Math.max(options.users, question?.usersAtLeast ?? 0);
  return makePlan({
    ...(question && question.decidedBy !== "policy" ? { policies: "all", stores: "all" } : {}),
    ...selection,
    scenarioId,
    users,
    seed: randomInt(2 ** 31),
    asked: { users },
    victim: defaultVictim,
    name: options.name,
    keep: true,
    command: commandLine(["compare"], {
      "--policy": options.policy,
      "--store": options.store,
      "--scenario": options.scenario,
      "--need": options.need.length > 0 ? options.need : undefined,
      "--users": options.users,
    }),
  });
}

/** An engine that is silent answers no faster because somebody ends the command. */
async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** @throws LabError (`unknown-scenario`) */
async function chosenScenarios(wanted: readonly string[] | undefined): Promise<Map<string, Scenario>> {
  const ids = scenarioIds();
  for (const id of wanted ?? []) if (!ids.includes(id)) throw unknownValue("scenario", id, ids);
  const scenarios = new Map<string, Scenario>();
  for (const id of ids) {
    const scenario = await loadScenario(id);
    if (wanted ? wanted.includes(id) : scenario.compare) scenarios.set(id, scenario);
  }
  return scenarios;
}

/**
 * Those that look for ended sessions come first: Redis finds them by sampling, and among the keys that other scenarios leave that
 * takes longer than a short session lives.
 */
function inOrder(scenarios: ReadonlyMap<string, Scenario>): string[] {
  const looks = (id: string) =>
    scenarios.get(id)!.steps.some((step) => step.do === "measure" && step.measure.looksIntoStore === "when-expired");
  const ids = [...scenarios.keys()];
  return [...ids.filter(looks), ...ids.filter((id) => !looks(id))];
}

/** In a comparison only the scenarios' names are told, not each story. */
function quiet(narrator: { doing(text: string): void }) {
  return { tell: () => {}, doing: (text: string) => narrator.doing(text) };
}
