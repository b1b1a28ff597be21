import type { Command } from "commander";
import { faultKinds, lessonIds, loadLesson, loadScenario, scenarioIds } from "../../catalogue.ts";
import { named } from "../../history/services.ts";
import { frontBalancer, ownServices } from "../../lab/own-services.ts";
import { userActions } from "../../users/by-hand/user-actions.ts";

const appServers = named(ownServices, "app-server");

export interface Proposal {
  value: string;
  description: string;
}

/** Shells for which `lab completion` has a script. */
export const shells = ["bash", "zsh", "fish"] as const;

type Values = (program: Command) => Promise<Proposal[]> | Proposal[];

/**
 * What options and arguments may be, by their names; `command argument` goes before `argument`. What is not here has no values
 * that could be known without asking the engine.
 */
export const completionValues: Readonly<Record<string, Values>> = {
  "scenario name": scenarios,
  "--scenario": scenarios,
  "--policy": async () => (await import("../../theory/policies.ts")).loadPolicies().map(described),
  "--store": async () => (await import("../../theory/stores.ts")).loadStores().map(described),
  "--at": architectures,
  "--victim": () => plain(appServers),
  "--need": async () => (await columns()).map(({ need, label }) => ({ value: need, description: label })),
  "--with": async () => plain((await import("../../lab/services.ts")).allProfiles()),
  "workshop what": async () => [...plain(["list", "check", "hint", "solve", "reset"]), ...(await lessons())],
  "workshop lesson": lessons,
  kind: async () => plain(faultKinds()),
  service: services,
  action: () => plain(Object.keys(userActions)),
  run: async () =>
    plain(["last", ...(await import("../../experiment/run-folders.ts")).storedRuns().filter(isPlainName).reverse()]),
  word: async () =>
    (await (await import("../../explain/explanations.ts")).allExplanations()).map(({ word, kind }) => ({
      value: word.replaceAll(" ", "-"),
      description: kind,
    })),
  shell: () => plain(shells),
  command: (program) =>
    program
      .createHelp()
      .visibleCommands(program)
      .map((command) => ({ value: command.name(), description: command.description() })),
};

/** A run's folder may come from anybody. A name with a meaning in a shell would be there in the line at which Enter is pressed. */
function isPlainName(name: string): boolean {
  return /^\w[\w.-]*$/.test(name);
}

async function scenarios(): Promise<Proposal[]> {
  return Promise.all(scenarioIds().map(async (id) => ({ value: id, description: (await loadScenario(id)).title })));
}

/** By their names; the numbers before them say the order. */
async function lessons(): Promise<Proposal[]> {
  return Promise.all(
    lessonIds().map(async (id) => ({ value: id.replace(/^\d+-/, ""), description: (await loadLesson(id)).title })),
  );
}

async function architectures(): Promise<Proposal[]> {
  const { selectArchitectures } = await import("../../theory/architectures.ts");
  return plain(selectArchitectures().map(({ id }) => id));
}

async function services(): Promise<Proposal[]> {
  const { loadStores } = await import("../../theory/stores.ts");
  return plain(new Set([frontBalancer, ...appServers, ...loadStores().flatMap(({ server }) => server ?? [])]));
}

async function columns(): Promise<{ need: string; label: string }[]> {
  const all = await Promise.all(scenarioIds().map(loadScenario));
  return all.flatMap(({ compare }) => compare ?? []);
}

function described({ id, title }: { id: string; title: string }): Proposal {
  return { value: id, description: title };
}

function plain(values: Iterable<string>): Proposal[] {
  return [...values].map((value) => ({ value, description: "" }));
}
