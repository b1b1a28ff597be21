import { appServers, balancer, nodeBalancer, policyOfNodeBalancer, spareServers } from "../lab/topology.ts";
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

/**
 * Puts on record which app servers the balancers have given up on although nobody had broken them. While a store is broken, their silence
 * may be the fault's, but not that they take no connection: only that counts then. While a balancer is broken, nobody can tell. Has to be
 * called before each fault, at the settle point and at the end.
 */
export async function noteFailovers({
  deployment,
  recorder,
  failoversSeen,
}: Pick<RunContext, "deployment" | "recorder"> & FailoversNoted): Promise<void> {
  const { readUntil: sinceMs, touched } = failoversSeen;
  const now = Date.now();
  if (touched.has(balancer) || touched.has(nodeBalancer)) {
    failoversSeen.readUntil = now;
    return;
  }
  const logs = await Promise.all([
    logOf({ deployment, service: balancer }, { from: "stderr", sinceMs }),
    logOf({ deployment, service: nodeBalancer }, { from: "stdout", sinceMs }),
    deployment.addresses(),
  ]).catch(() => undefined);
  // What could not be read now is read the next time.
  if (!logs) return;
  failoversSeen.readUntil = now;
  const [nginxLog, nodeLog, addresses] = logs;
  const canBreak = [...appServers, ...spareServers];
  const isStoreBroken = [...touched].some((service) => !canBreak.includes(service));
  const noted = new Set<string>();
  for (const failover of [...failoversOfNginx(nginxLog, addresses), ...failoversOfNode(nodeLog)]) {
    const { policy, server, line } = failover;
    if (touched.has(server) || noted.has(`${policy} ${server}`)) continue;
    if (isStoreBroken && !tookNoConnection.test(line)) continue;
    noted.add(`${policy} ${server}`);
    recorder.record({ type: "failover", at: recorder.now(), policy, server, line });
  }
}

/** The kernel takes connections for a process however long that waits for its store. */
const tookNoConnection = /while connecting to upstream|: no connection within/;

interface Failover {
  policy: string;
  server: string;
  line: string;
}

/**
 * nginx says it once for each failure window (`max_fails`, `fail_timeout`), as a warning, with the address of the server and the host
 * name that was asked for: https://nginx.org/en/docs/http/ngx_http_upstream_module.html#max_fails
 *
 * @param addresses service -> its fixed address
 */
export function failoversOfNginx(log: string, addresses: ReadonlyMap<string, string>): Failover[] {
  const services = new Map([...addresses].map(([service, address]) => [address, service]));
  return log.split("\n").flatMap((line) => {
    if (!line.includes("upstream server temporarily disabled")) return [];
    const server = services.get(/upstream: "http:\/\/([\d.]+):/.exec(line)?.[1] ?? "");
    const policy = /host: "([a-z0-9-]+)\./.exec(line)?.[1];
    return server && policy ? [{ policy, server, line }] : [];
  });
}

/** services/balancers/node/app-servers.ts */
export function failoversOfNode(log: string): Failover[] {
  return log.split("\n").flatMap((line) => {
    const server = /^(\S+) is down: /.exec(line)?.[1];
    return server ? [{ policy: policyOfNodeBalancer, server, line }] : [];
  });
}
