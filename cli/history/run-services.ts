import type { ServiceFacts } from "../subject/roles.ts";
import type { RunEvent } from "./events.ts";

/** The services of a run, with their roles. */
export function servicesIn({
  appServers,
  architectures,
}: Pick<RunEvent, "appServers" | "architectures">): ServiceFacts[] {
  const stores = architectures.flatMap(({ store: { server, group } }) => group?.services ?? server ?? []);
  return [
    { name: "nginx", role: "balancer", kind: "nginx" },
    { name: "balancer", role: "balancer", kind: "node-balancer" },
    ...appServers.map((name): ServiceFacts => ({ name, role: "app-server" })),
    ...[...new Set(stores)].map((name): ServiceFacts => ({ name, role: "store" })),
  ];
}
