import { balancerIds } from "../balancers/balancer.ts";
import { type ServiceFacts, sparesAmong } from "../history/services.ts";
import { loadStores, serversOf } from "../theory/stores.ts";
import { ownServices, spareProfile } from "./own-services.ts";

/** The services of the lab's own stack, optional ones included, in the order in which a picture shows them. */
export function labServices(): ServiceFacts[] {
  const stores = loadStores();
  const servers = new Map(stores.flatMap((store) => serversOf(store).map((name) => [name, store.kind] as const)));
  const watchers = new Set(stores.flatMap(({ group }) => group?.watchers ?? []));
  const isBalancer = ({ role }: ServiceFacts) => role === "balancer";
  const kinds = ownServices.filter(isBalancer).map(({ kind }) => kind);
  return [
    ...ownServices.filter(isBalancer),
    // A balancer that is one file and a folder has a service of its kind's name.
    ...balancerIds().flatMap((kind): ServiceFacts[] =>
      kinds.includes(kind) ? [] : [{ name: kind, role: "balancer", kind }],
    ),
    ...ownServices.filter((service) => !isBalancer(service)),
    ...[...servers].map(([name, kind]): ServiceFacts => ({ name, role: "store", ...(kind === null ? {} : { kind }) })),
    ...[...watchers].map((name): ServiceFacts => ({ name, role: "watcher", kind: "redis-sentinel" })),
  ];
}

/** The Compose profiles of all optional servers. */
export function allProfiles(): string[] {
  return [...new Set([spareProfile, ...loadStores().flatMap(({ profile }) => profile ?? [])])].sort();
}

/** The optional servers of a Compose profile. */
export function servicesOf(profile: string): readonly string[] {
  if (profile === spareProfile) return sparesAmong(ownServices);
  const stores = loadStores().filter((store) => store.profile === profile);
  return [...new Set(stores.flatMap((store) => [...serversOf(store), ...(store.group?.watchers ?? [])]))];
}
