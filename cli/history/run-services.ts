import type { RunEvent } from "./events.ts";
import type { ServiceFacts } from "./facts.ts";

/** The services of a run, with their roles. */
export function servicesIn({ services }: Pick<RunEvent, "services">): readonly ServiceFacts[] {
  return services;
}
