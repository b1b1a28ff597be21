import { loadScenario } from "./catalogue.ts";
import type { Asked, HistoryEvent, Trial } from "./history/events.ts";
import { type Architecture, profilesOf, selectArchitectures } from "./lab/architectures.ts";
import type { Scenario } from "./scenario.ts";

/** What is to be done, complete, before anything is started. */
export interface Plan {
  scenarioId: string;
  scenario: Scenario;
  architectures: Architecture[];
  /** Subjects per architecture. */
  users: number;
  seed: number;
  /** What of this somebody chose, for whoever wants the same again. */
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
  /** The command line, for the record. */
  command: string;
  /** Told of each event of the history as it happens. */
  onEvent?: (event: HistoryEvent) => void;
}

export interface PlanOptions extends Omit<Plan, "scenario" | "architectures"> {
  policies?: "all" | readonly string[];
  stores?: "all" | readonly string[];
  /** "All" stores are the core's and those of these Compose profiles. */
  profiles?: readonly string[];
}

/** The Compose profiles that must run for a plan: those of its stores, and those that its scenario asks for. */
export function profilesOfPlan({ architectures, scenario }: Pick<Plan, "architectures" | "scenario">): string[] {
  return [...new Set([...profilesOf(architectures), ...(scenario.profiles ?? [])])].sort();
}

/** Chooses the architectures of a scenario. @throws LabError for unknown names */
export async function makePlan({ policies, stores, profiles, ...options }: PlanOptions): Promise<Plan> {
  const scenario = await loadScenario(options.scenarioId);
  const { controlStore, controlPolicy, ...defaults } = scenario.architectures;
  const architectures = selectArchitectures({
    policies: withControl(policies ?? defaults.policies ?? "all", controlPolicy),
    stores: withControl(stores ?? defaults.stores ?? "all", controlStore),
    ...(profiles === undefined ? {} : { profiles }),
  });
  const ids = (of: "policy" | "store") => [...new Set(architectures.map((one) => one[of].id))];
  const asked = {
    ...options.asked,
    ...(policies === undefined ? {} : { policies: policies === "all" ? ids("policy") : [...policies] }),
    ...(Array.isArray(stores) ? { stores } : stores === "all" || profiles ? { stores: ids("store") } : {}),
  };
  return { ...options, asked, scenario, architectures };
}

function withControl(chosen: "all" | readonly string[], control: string | undefined): "all" | readonly string[] {
  return chosen === "all" || control === undefined ? chosen : [...new Set([control, ...chosen])];
}
