import { randomInt } from "node:crypto";
import { type Command, Option } from "commander";
import { errorLines, LabError, unknownValue } from "../errors.ts";
import { commandLine } from "../experiment/command-line.ts";
import type { Plan } from "../experiment/plan.ts";
import { appServers, defaultVictim } from "../lab/topology.ts";
import {
  addPresentationOptions,
  openPresentation,
  type PresentationOptions,
} from "../terminal/present/open-presentation.ts";
import type { Result } from "../verdict/result.ts";
import { commaList, nameOption, portOption, waitOption, wholeNumber } from "./options.ts";

/** The most users per architecture: memory and sockets of one machine end somewhere. */
const mostUsers = 100_000;

/** Ten for each app server, so that nobody's fate hangs on chance. */
const defaultUsers = 30;

export interface ScenarioOptions extends PresentationOptions {
  list?: boolean;
  policy?: string[];
  store?: string[];
  aof?: boolean;
  users: number;
  seed?: number;
  victim?: string;
  trials: number;
  name: string;
  port?: number;
  keep?: boolean;
  wait?: boolean;
  json?: boolean;
  report: string[];
  dryRun?: boolean;
  watch?: boolean;
  open: boolean;
  predict?: string | true;
}

export function addScenario(program: Command): void {
  const scenario = program
    .command("scenario")
    .description("run a scenario: users log in, something breaks, who is still logged in?")
    .argument("[name]", "which one; --list shows them")
    .option("--list", "the scenarios and their questions")
    .option("--policy <names>", "only these balancing policies (comma list)", commaList)
    .option("--store <names>", "only these session stores (comma list)", commaList)
    .addOption(new Option("--aof", "of the Redis stores only redis-aof, beside the control").conflicts("store"))
    .addOption(
      new Option("--no-aof", "of the Redis stores only those without AOF, beside the control").conflicts("store"),
    )
    .option(
      "--users <number>",
      "virtual users per architecture",
      wholeNumber({ what: "users", from: 1, to: mostUsers }),
      defaultUsers,
    )
    .option("--victim <server>", `the app server that is broken (default: ${defaultVictim}; trials take turns)`)
    .option(
      "--trials <number>",
      "repeat it: other victims, other instants",
      wholeNumber({ what: "trials", from: 1, to: 1_000 }),
      1,
    )
    .option("--seed <number>", "repeat the order of a run", wholeNumber({ what: "seed", from: 0, to: 2 ** 31 - 1 }))
    .option("--json", "print the result document and nothing else on stdout")
    .option(
      "--report <file>",
      "also write a report: .html, .md, .xml (JUnit), .json, .ndjson, .txt (repeatable)",
      collect,
      [],
    )
    .option("--predict [predictions]", "say first how many will survive: asked for, or given (cookie.memory=20,...)")
    .option("--watch", "show the run in a browser while it happens")
    .option("--no-open", "with --watch: print the address, open no browser")
    .option("--keep", "leave the lab running when this command started it")
    .option("--dry-run", "print the steps, do nothing")
    .addOption(nameOption())
    .addOption(portOption())
    .addOption(waitOption());
  addPresentationOptions(scenario).action(
    async (scenarioId: string | undefined, options: ScenarioOptions, command: Command) => {
      if (options.list) return printList();
      const { color, input } = command.optsWithGlobals();
      const screen = { colour: color !== false, input: input !== false };
      await runOne(scenarioId, options, { ...screen, persistence: persistenceChoice(command) });
    },
  );
}

/** All values are checked before anything is started. */
async function runOne(
  scenarioId: string | undefined,
  options: ScenarioOptions,
  { colour, input, persistence }: { colour: boolean; input: boolean; persistence: PersistenceChoice },
): Promise<void> {
  const { scenarioIds } = await import("../catalogue.ts");
  if (scenarioId === undefined)
    throw new LabError("Which scenario?", {
      id: "no-scenario",
      todo: `Give one of: ${scenarioIds().join(", ")}.`,
      exit: "usage",
    });
  if (options.victim !== undefined && !appServers.includes(options.victim))
    throw unknownValue("victim", options.victim, appServers);
  const { chooseReports } = await import("../output/write-reports.ts");
  const reports = chooseReports(options.report);
  const { trials, users } = options;
  const plan = await planOf(scenarioId, options, persistence);
  if (options.dryRun) {
    const [{ stepsReport }, { trialPlans }, { tellSteps }, { labServices }] = await Promise.all([
      import("../report/steps.ts"),
      import("../experiment/trial-plans.ts"),
      import("../theory/step-table.ts"),
      import("../lab/services.ts"),
    ]);
    process.stdout.write(
      stepsReport({
        ...plan.scenario,
        steps: tellSteps(plan.scenario.steps, { victim: plan.victim, services: labServices() }),
        architectures: plan.architectures.map(({ id }) => id),
        alsoTakesPart: plan.alsoTakesPart ?? [],
        victim: plan.victim,
        users,
        isDrawn: options.seed === undefined,
        runs: trialPlans(plan, { count: trials, set: "" }),
      }),
    );
    return;
  }

  const [{ detectTerminal, openNarrator }, { exitCodeOf, listenForInterrupts }] = await Promise.all([
    import("../terminal/terminal.ts"),
    import("../terminal/interrupt.ts"),
  ]);
  const terminal = detectTerminal({ colour });
  const narrator = await openNarrator(terminal);
  const interrupt = listenForInterrupts();
  const person = { input, signal: interrupt.signal };
  const presenter = options.present ? await openPresentation(options, terminal, person) : undefined;
  const predictions =
    options.predict === undefined
      ? []
      : await (await import("../experiment/collect-predictions.ts")).collectPredictions(plan, options.predict, person);
  await using page = options.watch
    ? await (await import("../watch/run-page.ts")).openRunPage({ open: options.open })
    : undefined;
  if (page) plan.onEvent = page.onEvent;
  // Said before the libraries that talk to Docker are loaded, which takes longer than anybody should look at nothing.
  // A room reads one page at a time: nothing may turn below it.
  if (!presenter) narrator.doing("looking for a running lab");
  const { isInterruption } = await import("../experiment/troubles.ts");
  let isWell = false;
  try {
    const played = presenter
      ? await (await import("../experiment/present-runs.ts")).presentRuns(plan, trials, presenter, interrupt)
      : await (await import("../experiment/trials.ts")).playTrials({
          plan,
          count: trials,
          narrator,
          narratorFor: () => narrator,
          interrupt,
        });
    narrator.end();
    const [{ finishRun }, { tellGithub }] = await Promise.all([
      import("../experiment/finish-run.ts"),
      import("../output/github-actions.ts"),
    ]);
    const show = async (result: Result) => {
      if (predictions.length > 0) {
        const { predictionReport } = await import("../report/predictions.ts");
        const report = predictionReport(predictions, result, terminal);
        (options.json ? process.stderr : process.stdout).write(`\n${report}`);
      }
      tellGithub(result);
    };
    await finishRun(played, { reports, json: options.json ?? false, colour, interrupt, show });
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
  // Whoever has trouble to deal with gets the prompt back; `lab replay --page` shows the run again.
  else if (isWell) await page?.linger();
}

/** What the options ask for, complete; those that were given are kept, for whoever wants the same again. */
export async function planOf(
  scenarioId: string,
  { policy, store, users, seed, victim, trials, name, keep = false, wait = false, port }: ScenarioOptions,
  persistence: PersistenceChoice,
): Promise<Plan> {
  const { makePlan } = await import("../experiment/plan.ts");
  const stores = store ?? (await storesByPersistence(persistence));
  return makePlan({
    scenarioId,
    users,
    seed: seed ?? randomInt(2 ** 31),
    victim: victim ?? defaultVictim,
    name,
    keep,
    wait,
    command: commandLine(["scenario", scenarioId], {
      "--policy": policy,
      "--store": store,
      "--aof": persistence === "aof" || undefined,
      "--no-aof": persistence === "no-aof" || undefined,
      "--users": users === defaultUsers ? undefined : users,
      "--victim": victim,
      "--trials": trials === 1 ? undefined : trials,
      "--seed": seed,
    }),
    asked: {
      ...(users === defaultUsers ? {} : { users }),
      ...(victim === undefined ? {} : { victim }),
      ...(trials === 1 ? {} : { trials }),
    },
    ...(port === undefined ? {} : { port }),
    ...(policy === undefined ? {} : { policies: policy }),
    ...(stores === undefined ? {} : { stores }),
  });
}

type PersistenceChoice = "aof" | "no-aof" | undefined;

/** `--aof` and `--no-aof` are one switch to commander; what matters is whether either was given. */
export function persistenceChoice(command: Command): PersistenceChoice {
  if (command.getOptionValueSource("aof") !== "cli") return undefined;
  return command.opts().aof === true ? "aof" : "no-aof";
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

async function storesByPersistence(choice: PersistenceChoice): Promise<string[] | undefined> {
  if (choice === undefined) return undefined;
  const { loadStores } = await import("../theory/stores.ts");
  return loadStores()
    .filter(({ profile }) => profile === null)
    .filter(({ persistence }) => persistence !== null && (persistence === "append-only") === (choice === "aof"))
    .map(({ id }) => id);
}

async function printList(): Promise<void> {
  const { loadScenario, scenarioIds } = await import("../catalogue.ts");
  for (const id of scenarioIds()) process.stdout.write(`${id.padEnd(16)} ${(await loadScenario(id)).question}\n`);
}
