import { type Command, Option } from "commander";
import { defaultUsers } from "../experiment/default-users.ts";
import type { Persistence } from "../experiment/plan-as-asked.ts";
import type { ScenarioOptions } from "../flows/scenario.ts";
import { usualVictim } from "../lab/own-services.ts";
import {
  addPresentationOptions,
  commaList,
  nameOption,
  portOption,
  screenOf,
  waitOption,
  wholeNumber,
} from "./options.ts";

/** The most users per architecture: memory and sockets of one machine end somewhere. */
const mostUsers = 100_000;

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
    .option("--victim <server>", `the app server that is broken (default: ${usualVictim}; trials take turns)`)
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
    async (scenarioId: string | undefined, options: ScenarioOptions & { list?: boolean }, command: Command) => {
      const flow = await import("../flows/scenario.ts");
      if (options.list) return flow.listScenarios();
      return flow.scenario(scenarioId, { ...options, persistence: chosenPersistence(command) }, screenOf(command));
    },
  );
}

/** `--aof` and `--no-aof` are one switch to commander; what matters is whether either was given. */
export function chosenPersistence(command: Command): Persistence | undefined {
  if (command.getOptionValueSource("aof") !== "cli") return undefined;
  return command.opts().aof === true ? "aof" : "no-aof";
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}
