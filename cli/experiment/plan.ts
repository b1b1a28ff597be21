import { loadScenario } from "../catalogue.ts";
import { LabError } from "../errors.ts";
import type { Asked, HistoryEvent, Trial } from "../history/events.ts";
import { mostUsers } from "../history/limits.ts";
import { named } from "../history/services.ts";
import { labServices } from "../lab/services.ts";
import { type Architecture, profilesOf, type Selection, selectArchitectures } from "../theory/architectures.ts";
import { canTouch, faultsOf } from "../theory/fault-reach.ts";
import { loadPolicies } from "../theory/policies.ts";
import type { PlannedScenario, Scenario } from "../theory/scenario.ts";
import { takeTurns } from "../theory/step-table.ts";
import { loadStores } from "../theory/stores.ts";

/** What is to be done, complete, before anything is started. */
export interface Plan {
  scenarioId: string;
  scenario: PlannedScenario;
  architectures: Architecture[];
  /** What takes part without having been asked for, and why, in sentences. */
  alsoTakesPart?: readonly string[];
  /** Subjects per architecture. */
  users: number;
  seed: number;
  /** What of this the user chose; reports say by it how to repeat the run. */
  asked?: Asked;
  /** The set of trials that it is part of. */
  trial?: Trial;
  victim: string;
  /** How long after the baseline the fault comes, in milliseconds; trials differ in it. */
  faultDelayMs?: number;
  /** Name of the lab to use, or to start. */
  name: string;
  port?: number;
  /** Leave the lab running when this command started it. */
  keep: boolean;
  /** Wait for a run in progress on that lab, instead of being refused. */
  wait?: boolean;
  /** The command line, for the record. */
  command: string;
  /** Told of each event of the history as it happens. */
  onEvent?: (event: HistoryEvent) => void;
}

export interface PlanOptions extends Omit<Plan, "scenario" | "architectures" | "alsoTakesPart"> {
  policies?: "all" | readonly string[];
  stores?: "all" | readonly string[];
  /** "All" stores are the core's and those of these Compose profiles. */
  profiles?: readonly string[];
}

/** The Compose profiles that must run for a plan: those of its stores, and those that its scenario asks for. */
export function profilesOfPlan({ architectures, scenario }: Pick<Plan, "architectures" | "scenario">): string[] {
  return [...new Set([...profilesOf(architectures), ...(scenario.profiles ?? [])])].sort();
}

/**
 * Chooses the architectures of a scenario: those that were asked for, a control that its faults do not touch, and where they would
 * touch nobody, something that they do touch: otherwise nothing would be tested.
 *
 * @throws LabError for unknown names, and (`too-many-users`) for more than a history may tell of
 */
export async function makePlan({ policies, stores, profiles, ...options }: PlanOptions): Promise<Plan> {
  const { scenarioId, victim } = options;
  const found = await loadScenario(scenarioId);
  const scenario = { ...found, steps: takeTurns(found.steps, named(labServices(), "app-server")) };
  const { controlStore, controlPolicy, ...defaults } = scenario.architectures;
  let selection: Required<Selection> = {
    policies: policies ?? defaults.policies ?? "all",
    stores: stores ?? defaults.stores ?? "all",
    profiles: profiles ?? [],
  };
  const alsoTakesPart: string[] = [];
  add("stores", controlStore, "as a control: the faults do not touch it");
  add("policies", controlPolicy, "as a control: the faults do not touch it");
  if (faultsOf(scenario).length > 0 && !isTouched(scenario, selection, victim)) {
    const touched = whatIsTouched(scenario, selection, victim);
    const why = `for ${scenarioId} touches nobody otherwise, and nothing would be tested`;
    add("policies", touched?.policy, why);
    add("stores", touched?.store, why);
  }
  const architectures = selectArchitectures(selection);
  requireFew(options.users, architectures.length);
  const ids = (of: "policy" | "store") => [...new Set(architectures.map((one) => one[of].id))];
  const asked = {
    ...options.asked,
    ...(policies === undefined ? {} : { policies: policies === "all" ? ids("policy") : [...policies] }),
    ...(Array.isArray(stores) ? { stores } : stores === "all" || profiles ? { stores: ids("store") } : {}),
  };
  return { ...options, asked, scenario, architectures, alsoTakesPart };

  function add(what: "policies" | "stores", id: string | undefined, why: string): void {
    const chosen = selection[what];
    if (id === undefined || chosen === "all" || chosen.includes(id)) return;
    selection = { ...selection, [what]: [id, ...chosen] };
    alsoTakesPart.push(`${id} takes part, too, ${why}.`);
  }
}

function requireFew(users: number, architectures: number): void {
  if (users * architectures <= mostUsers) return;
  throw new LabError(`${users} users on each of ${architectures} architectures are ${users * architectures} users.`, {
    id: "too-many-users",
    todo: `A run has ${mostUsers} at most: give fewer --users, or choose architectures with --policy and --store.`,
    exit: "usage",
  });
}

function isTouched(scenario: Scenario, selection: Selection, victim: string): boolean {
  const services = labServices();
  return selectArchitectures(selection).some((architecture) => canTouch(scenario, architecture, { victim, services }));
}

/**
 * What to add to a selection that the scenario's faults do not touch: rather a store than a policy, rather one of the scenario's
 * own, and one that keeps its sessions on a server.
 *
 * @returns undefined where they touch nothing at all
 */
function whatIsTouched(
  scenario: Scenario,
  { policies, stores }: Required<Selection>,
  victim: string,
): { policy?: string; store?: string } | undefined {
  const own = scenario.architectures.stores ?? "all";
  const candidates = loadStores()
    .filter(({ id, profile }) => (own === "all" ? profile === null : own.includes(id)))
    .sort((one, other) => Number(other.livesIn === "server") - Number(one.livesIn === "server"));
  const store = candidates.find(({ id }) => isTouched(scenario, { policies, stores: [id] }, victim))?.id;
  if (store !== undefined) return { store };
  const policy = loadPolicies().find(({ id }) => isTouched(scenario, { policies: [id], stores }, victim))?.id;
  return policy === undefined ? undefined : { policy };
}
