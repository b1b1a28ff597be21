import { randomInt } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadScenario, scenarioIds } from "./catalogue.ts";
import { checkNeeds, columnsOf, compareResults } from "./compare.ts";
import { Engine } from "./docker/engine.ts";
import { refuseBusyLab } from "./docker/guard-lab.ts";
import { removeLab } from "./docker/remove-lab.ts";
import { findLab, startLab } from "./docker/start-lab.ts";
import { type ExitReason, exitCodeFor, LabError, unknownValue } from "./errors.ts";
import { runExperiment } from "./experiment.ts";
import { exitCodeOf, listenForInterrupts } from "./interrupt.ts";
import { profilesOf, selectArchitectures } from "./lab/architectures.ts";
import { allProfiles } from "./lab/stores.ts";
import { defaultVictim, type Lab } from "./lab/topology.ts";
import { makePlan } from "./plan.ts";
import { decisionTable } from "./report/decision-table.ts";
import type { Scenario } from "./scenario.ts";
import { detectTerminal, openNarrator } from "./terminal.ts";
import { type Result, resultSchema } from "./verdict/result.ts";

export interface ComparisonOptions {
  policy?: string[];
  store?: string[];
  scenario?: string[];
  need: string[];
  users: number;
  name: string;
  port?: number;
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
  const results = options.resume === undefined ? [] : readResults(options.resume);
  const narrator = await openNarrator(detectTerminal({ colour: options.colour }));
  const interrupt = listenForInterrupts();
  const engine = new Engine();
  const failures: ExitReason[] = [];
  narrator.doing("looking for a running lab");
  const running = await findLab(options.name, engine);
  // A comparison without the optional servers would leave out stores that people weigh up; a running lab has what it has.
  const selection = { ...chosen, profiles: running ? running.profiles : allProfiles() };
  const architectures = selectArchitectures(selection);
  let started: Lab | undefined;
  try {
    refuseBusyLab(options.name);
    if (!(await findLab(options.name, engine))) {
      interrupt.onSecond = async () => void (await removeLab(options, engine));
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
        signal: interrupt.signal,
        say: (text) => narrator.doing(text),
        ...(options.port === undefined ? {} : { port: options.port }),
      });
    }
    for (const scenarioId of inOrder(scenarios)) {
      if (interrupt.signal.aborted || results.some(({ scenario }) => scenario.id === scenarioId)) continue;
      narrator.tell(`${scenarioId} (${results.length + 1} of ${scenarios.size})`);
      // A question is put to every architecture, also where the scenario by itself shows it on fewer.
      const question = scenarios.get(scenarioId)?.compare;
      const plan = await makePlan({
        ...(question && question.decidedBy !== "policy" ? { policies: "all", stores: "all" } : {}),
        ...selection,
        scenarioId,
        users: Math.max(options.users, question?.usersAtLeast ?? 0),
        seed: randomInt(2 ** 31),
        victim: defaultVictim,
        name: options.name,
        keep: true,
        command: ["lab", ...process.argv.slice(2)].join(" "),
      });
      try {
        const { result } = await runExperiment(plan, quiet(narrator), interrupt);
        // What was cut short is measured anew when it goes on.
        if (!result.run.complete) continue;
        results.push(result);
        if (options.resume !== undefined)
          writeFileSync(options.resume, `${JSON.stringify(results, null, 2)}\n`, { mode: 0o600 });
      } catch (error) {
        // One scenario that cannot run does not stop the rest.
        if (!(error instanceof LabError)) throw error;
        failures.push(error.exit);
        process.stderr.write(`${scenarioId}: ${error.message} ${error.todo}\n`);
      }
    }
  } finally {
    if (started) {
      narrator.doing("removing the lab");
      if ((await removeLab(started, engine)).length > 0) failures.push("leftBehind");
    }
    narrator.end();
    interrupt.release();
  }
  const extraServers = new Map(architectures.map(({ id, store }) => [id, store.server]));
  const comparison = compareResults(results, scenarios, { wanted: options.need, extraServers });
  process.stdout.write(
    options.json ? `${JSON.stringify({ comparison, results }, null, 2)}\n` : decisionTable(comparison),
  );
  process.exitCode = interrupt.received
    ? exitCodeOf(interrupt.received)
    : exitCodeFor([...failures, ...results.map(({ verdict }) => verdict)]);
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

/** @throws LabError (`resume-unreadable`) */
function readResults(file: string): Result[] {
  if (!existsSync(file)) return [];
  try {
    return resultSchema.array().parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new LabError(`The file ${file} is no comparison that was begun.`, {
      id: "resume-unreadable",
      todo: "Give a file that --resume wrote, or one that does not exist yet.",
      exit: "usage",
      cause: error,
    });
  }
}

/** In a comparison only the scenarios' names are told, not each story. */
function quiet(narrator: { doing(text: string): void }) {
  return { tell: () => {}, doing: (text: string) => narrator.doing(text) };
}
