import { balancersAmong } from "../balancers/balancer.ts";
import { logOf } from "../subject/deployment.ts";
import type { RunContext } from "./run-context.ts";

/** What has happened since the balancers' logs were read last. */
export interface FailoversSeen {
  /** Milliseconds since 1970. */
  readUntil: number;
  /** Services that were broken or stopped on purpose, and that have not settled since. */
  touched: Set<string>;
}

export interface FailoversNoted {
  failoversSeen: FailoversSeen;
}

export function noFailovers(): FailoversNoted {
  return { failoversSeen: { readUntil: Date.now(), touched: new Set() } };
}

type Reading = Pick<RunContext, "deployment" | "services" | "architectures" | "recorder"> & FailoversNoted;

/**
 * Puts on record which app servers the balancers have given up on although nobody had broken them. While a store is broken, their silence
 * may be the fault's, but not that they take no connection: only that counts then. While a balancer is broken, nobody can tell. Has to be
 * called before each fault, at the settle point and at the end.
 */
export async function noteFailovers({
  deployment,
  services,
  architectures,
  recorder,
  failoversSeen,
}: Reading): Promise<void> {
  const { readUntil: sinceMs, touched } = failoversSeen;
  const now = Date.now();
  const roleOf = new Map(services.map(({ name, role }) => [name, role]));
  if ([...touched].some((service) => roleOf.get(service) === "balancer")) {
    failoversSeen.readUntil = now;
    return;
  }
  const balancers = await balancersAmong(services);
  const read = await Promise.all([
    deployment.addresses(),
    ...balancers.map(({ service, balancer: { logsTo } }) => logOf({ deployment, service }, { from: logsTo, sinceMs })),
  ]).catch(() => undefined);
  // What could not be read now is read the next time.
  if (!read) return;
  failoversSeen.readUntil = now;
  const [addresses, ...logs] = read;
  const isStoreBroken = [...touched].some((service) => roleOf.get(service) !== "app-server");
  const noted = new Set<string>();
  for (const [index, { balancer }] of balancers.entries()) {
    const policies = new Set(
      architectures.flatMap(({ policy }) => (policy.balancerKind === balancer.id ? policy.id : [])),
    );
    for (const { server, policy, tookNoConnection, line } of balancer.failovers(logs[index]!, addresses)) {
      // The kernel takes connections for a process however long that waits for its store.
      if (touched.has(server) || (isStoreBroken && !tookNoConnection)) continue;
      for (const id of policy === undefined ? policies : [policy]) {
        if (noted.has(`${id} ${server}`)) continue;
        noted.add(`${id} ${server}`);
        recorder.record({ type: "failover", at: recorder.now(), policy: id, server, line });
      }
    }
  }
}
