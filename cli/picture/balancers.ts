import type { RunEvent } from "../history/events.ts";
import type { ArchitectureFacts } from "../history/facts.ts";
import { named, servicesIn } from "../history/services.ts";

/** Every balancer that requests of a run pass, in the order in which they pass them. */
export function balancersIn(run: RunEvent): string[] {
  return [...new Set(run.architectures.flatMap((architecture) => balancersOf(architecture, run)))];
}

/**
 * The balancers that requests to an architecture pass: all requests come in by the first one of the run, which hands some of them to
 * the balancer that carries out the policy.
 */
export function balancersOf({ policy }: ArchitectureFacts, run: RunEvent): string[] {
  return named(servicesIn(run), "balancer").filter((name, index) => index === 0 || name === policy.balancer);
}
