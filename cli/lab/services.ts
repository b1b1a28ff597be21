import { balancerIds } from "../balancers/balancer.ts";
import type { ServiceFacts } from "../subject/roles.ts";
import { loadStores, serversOf } from "../theory/stores.ts";
import { appServers, balancer, nodeBalancer, spareServers } from "./topology.ts";

/** The balancers that are called otherwise than their kind. */
const names: Readonly<Record<string, string>> = { node: nodeBalancer };

/** The services of the lab's own stack, optional ones included, in the order in which a picture shows them. */
export function labServices(): ServiceFacts[] {
  const stores = loadStores();
  const servers = new Map(stores.flatMap((store) => serversOf(store).map((name) => [name, store.kind] as const)));
  const otherBalancers = balancerIds().filter((kind) => kind !== "nginx");
  const watchers = new Set(stores.flatMap(({ group }) => group?.watchers ?? []));
  return [
    { name: balancer, role: "balancer", kind: "nginx" },
    ...otherBalancers.map((kind): ServiceFacts => ({ name: names[kind] ?? kind, role: "balancer", kind })),
    ...appServers.map((name): ServiceFacts => ({ name, role: "app-server", kind: "node" })),
    ...spareServers.map((name): ServiceFacts => ({ name, role: "app-server", kind: "node", spare: true })),
    ...[...servers].map(([name, kind]): ServiceFacts => ({ name, role: "store", ...(kind === null ? {} : { kind }) })),
    ...[...watchers].map((name): ServiceFacts => ({ name, role: "watcher", kind: "redis-sentinel" })),
  ];
}
