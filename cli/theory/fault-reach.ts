import { labServices } from "../lab/services.ts";
import type { Fault } from "../servers/fault.ts";
import { factsOf, named, type ServiceFacts } from "../subject/roles.ts";
import { type Place, touches } from "../verdict/exposure.ts";
import type { Architecture } from "./architectures.ts";
import { everyRedis, fullest, master, type Scenario, victim as theVictim } from "./scenario.ts";
import { loadStores, serversOf } from "./stores.ts";

/** The faults that a scenario injects, in order. */
export function faultsOf({ steps }: Pick<Scenario, "steps">): Fault[] {
  return steps.flatMap((step) => (step.do === "inject" ? step.faults : []));
}

/**
 * Whether a fault of the scenario can touch a session of this architecture, wherever that is placed. The rule is the judge's own
 * (`touches`), so a plan and its verdict cannot differ about it.
 */
export function canTouch(scenario: Scenario, architecture: Architecture, victim: string): boolean {
  const services = labServices();
  const places = placesIn(architecture, services);
  return faultsOf(scenario).some(({ effect, target }) =>
    servicesMeant(target, architecture, victim).some((service) =>
      places.some((place) =>
        touches({ effect, target: service }, place, architecture, factsOf(services, service)?.role),
      ),
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

/** The services that a scenario's word for a target may come to mean in a run with this architecture. */
function servicesMeant(target: string, { store }: Architecture, victim: string): readonly string[] {
  if (target === theVictim) return [victim];
  if (target === master) return store.group?.holds === "copies" ? store.group.services : [];
  if (target === fullest) return store.group?.holds === "parts" ? store.group.services : [];
  if (target !== everyRedis) return [target];
  const core = loadStores().filter(({ profile }) => profile === null);
  return [...core, store].flatMap(serversOf).filter((server) => server.startsWith("redis"));
}
