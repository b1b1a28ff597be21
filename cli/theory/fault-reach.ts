import { balancerOfKind, factsOf, named, type ServiceFacts } from "../history/services.ts";
import type { Fault } from "../servers/fault.ts";
import { type Place, touches } from "../verdict/exposure.ts";
import type { Architecture } from "./architectures.ts";
import type { Scenario } from "./scenario.ts";
import { servicesMeant, type Target } from "./targets.ts";

/** The faults that a scenario injects, in order. */
export function faultsOf({ steps }: { steps: readonly Scenario["steps"][number][] }): Fault<Target>[] {
  return steps.flatMap((step) => {
    if (step.do === "for-each-app-server") return faultsOf(step);
    return step.do === "inject" ? step.faults : [];
  });
}

/**
 * Whether a fault of the scenario can touch a session of this architecture, wherever that is placed. The rule is the judge's own
 * (`touches`), so a plan and its verdict cannot differ about it.
 */
export function canTouch(
  scenario: Scenario,
  architecture: Architecture,
  { victim, services }: { victim: string; services: readonly ServiceFacts[] },
): boolean {
  const places = placesIn(architecture, services);
  const balancer = balancerOfKind(services, architecture.policy.balancerKind);
  const facts =
    balancer === undefined ? architecture : { ...architecture, policy: { ...architecture.policy, balancer } };
  return faultsOf(scenario).some(({ effect, target }) =>
    servicesMeant(target, { victim, services, stores: [architecture.store] }).some((service) =>
      places.some((place) => touches({ effect, target: service }, place, facts, factsOf(services, service)?.role)),
    ),
  );
}

/** Everywhere that a session of this architecture can be. */
function placesIn({ store: { group } }: Architecture, services: readonly ServiceFacts[]): Place[] {
  const parts = group?.holds === "parts" ? group.services : [undefined];
  return named(services, "app-server").flatMap((server) =>
    parts.map((keptOn) => ({ home: { server }, seat: server, ...(keptOn === undefined ? {} : { keptOn }) })),
  );
}
