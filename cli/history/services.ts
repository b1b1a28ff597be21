import type { RunEvent } from "./events.ts";
import type { Role, ServiceFacts } from "./facts.ts";

export type { Role, ServiceFacts };

/** The services of a run, with their roles. */
export function servicesIn({ services }: Pick<RunEvent, "services">): readonly ServiceFacts[] {
  return services;
}

/** The names of the services of a role, spare ones left out, in their order. */
export function named(services: readonly ServiceFacts[], role: Role): string[] {
  return services.filter((service) => service.role === role && !service.spare).map(({ name }) => name);
}

/** The names of the app servers that are in no list until a fault puts them in. */
export function sparesAmong(services: readonly ServiceFacts[]): string[] {
  return services.filter(({ spare }) => spare).map(({ name }) => name);
}

/** The name of the balancer of this kind; undefined where the subject has none. */
export function balancerOfKind(services: readonly ServiceFacts[], wanted: string): string | undefined {
  return services.find(({ role, kind }) => role === "balancer" && kind === wanted)?.name;
}

/** The facts of the service of this name; undefined where the subject has none. */
export function factsOf(services: readonly ServiceFacts[], name: string): ServiceFacts | undefined {
  return services.find((service) => service.name === name);
}
