import type { ServiceFacts } from "../subject/roles.ts";
import { loadStores, serversOf } from "../theory/stores.ts";
import { appServers, balancer, nodeBalancer, spareServers } from "./topology.ts";

/** The services of the lab's own stack, optional ones included, in the order in which a picture shows them. */
export function labServices(): ServiceFacts[] {
  const stores = loadStores();
  const servers = new Map(stores.flatMap((store) => serversOf(store).map((name) => [name, store.kind] as const)));
  const watchers = new Set(stores.flatMap(({ group }) => group?.watchers ?? []));
  return [
    { name: balancer, role: "balancer", kind: "nginx" },
    { name: nodeBalancer, role: "balancer", kind: "node-balancer" },
    ...appServers.map((name): ServiceFacts => ({ name, role: "app-server", kind: "node" })),
    ...spareServers.map((name): ServiceFacts => ({ name, role: "app-server", kind: "node", spare: true })),
    ...[...servers].map(([name, kind]): ServiceFacts => ({ name, role: "store", ...(kind === null ? {} : { kind }) })),
    ...[...watchers].map((name): ServiceFacts => ({ name, role: "watcher", kind: "redis-sentinel" })),
  ];
}
