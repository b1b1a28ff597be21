import { randomInt } from "node:crypto";
import { loadScenario, scenarioIds } from "../../catalogue.ts";
import { unknownValue } from "../../errors.ts";
import { usualVictim } from "../../lab/own-services.ts";
import type { Selection } from "../../theory/architectures.ts";
import type { Scenario } from "../../theory/scenario.ts";
import { makePlan, type Plan } from "../plan.ts";

/**
 * The scenarios that were named, or all that answer a question of the decision table.
 *
 * @throws LabError (`unknown-scenario`)
 */
export async function chosenScenarios(wanted: readonly string[] | undefined): Promise<Map<string, Scenario>> {
  const ids = scenarioIds();
  for (const id of wanted ?? []) if (!ids.includes(id)) throw unknownValue("scenario", id, ids);
  const scenarios = new Map<string, Scenario>();
  for (const id of ids) {
    const scenario = await loadScenario(id);
    if (wanted ? wanted.includes(id) : scenario.compare) scenarios.set(id, scenario);
  }
  return scenarios;
}

export interface ComparisonPlan {
  scenarios: ReadonlyMap<string, Scenario>;
  /** Policies and stores that were named, and what the lab has besides. */
  selection: Selection;
  /** Per architecture; a scenario in which chance would answer otherwise takes more. */
  users: number;
  /** Of the lab. */
  name: string;
  /** The command line, for the record. */
  command: string;
}

/** One plan a scenario, in the order in which they are played on one lab. */
export function planComparison(comparison: ComparisonPlan): Promise<Plan[]> {
  return Promise.all(inOrder(comparison.scenarios).map((id) => planOf(id, comparison)));
}

/** A question is put to every architecture, also where the scenario by itself shows it on fewer. */
function planOf(
  scenarioId: string,
  { scenarios, selection, users: atLeast, name, command }: ComparisonPlan,
): Promise<Plan> {
  const question = scenarios.get(scenarioId)?.compare;
  const users = Math.max(atLeast, question?.usersAtLeast ?? 0);
  return makePlan({
    ...(question && question.decidedBy !== "policy" ? { policies: "all", stores: "all" } : {}),
    ...selection,
    scenarioId,
    users,
    seed: randomInt(2 ** 31),
    asked: { users },
    victim: usualVictim,
    name,
    keep: true,
    command,
  });
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
