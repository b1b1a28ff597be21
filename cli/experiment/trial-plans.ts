import { named } from "../history/services.ts";
import { ownServices } from "../lab/own-services.ts";
import type { Plan } from "./plan.ts";

const appServers = named(ownServices, "app-server");

/**
 * The runs of a set, which follow from the plan's seed: the victims take turns, unless one was asked for, and the fault comes at
 * another instant.
 */
export function trialPlans(plan: Plan, { count, set }: { count: number; set: string }): Plan[] {
  if (count === 1) return [plan];
  return Array.from({ length: count }, (_, index) => {
    const seed = (plan.seed + index) % 2 ** 31;
    const turn = appServers[(appServers.indexOf(plan.victim) + index) % appServers.length]!;
    return {
      ...plan,
      seed,
      victim: plan.asked?.victim ?? turn,
      faultDelayMs: (seed * 7919) % 1_000,
      trial: { set, seed: plan.seed, number: index + 1 },
    };
  });
}
