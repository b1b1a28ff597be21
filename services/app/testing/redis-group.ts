/** Stores of several servers, for tests: all of a store's servers in one container, where they reach each other on loopback. */
import type { Redis } from "ioredis";
import type { ServerGroup, StoreFacts } from "../store.ts";
import { askedOnce, redisInContainer } from "./redis-probe.ts";
import type { StoreServerInContainer, StoreServerProbe } from "./store-server-kind.ts";

/** @param ports one for each service of the group, watchers last; they are the same inside of the container and outside */
export function groupOfRedis(group: ServerGroup, ports: readonly number[]): StoreServerInContainer {
  return {
    images: redisInContainer.images,
    options: redisInContainer.options,
    command: (persistence) => groupRun(group, persistence, ports),
    open: () => openGroupProbe(group, ports),
  };
}

/** The command that runs in the container: a shell that starts all of them, and hands SIGTERM on. */
function groupRun(
  { services, holds }: ServerGroup,
  persistence: StoreFacts["persistence"],
  ports: readonly number[],
): string[] {
  const own = ports.slice(0, services.length);
  const servers = own.map((port, index) => {
    const options = holds === "parts" ? clusterOptions(index) : replicaOptions(index, own);
    const command = [...redisInContainer.command(persistence), "--port", `${port}`, ...options]
      .map((word) => `'${word}'`)
      .join(" ");
    return `mkdir -p /data/${port}; cd /data/${port}; ${holds === "parts" ? nodesFile(index, own) : ""} ${command} --dir /data/${port} & pids="$pids $!"`;
  });
  const sentinels = ports.slice(services.length).map((port) => {
    const lines = [`port ${port}`, "protected-mode no", `sentinel monitor sessions 127.0.0.1 ${own[0]} 2`];
    const write = `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} > /data/sentinel-${port}.conf`;
    return `${write}; redis-server /data/sentinel-${port}.conf --sentinel & pids="$pids $!"`;
  });
  return ["sh", "-c", [...servers, ...sentinels, "trap 'kill $pids; wait' TERM", "wait"].join("\n")];
}

function replicaOptions(index: number, ports: readonly number[]): string[] {
  return index === 0 ? [] : ["--replicaof", `127.0.0.1 ${ports[0]}`];
}

function clusterOptions(index: number): string[] {
  return ["--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-port", `${26_000 + index}`];
}

/** As in compose/redis-cluster.sh. */
function nodesFile(self: number, ports: readonly number[]): string {
  const slots = ["0-5460", "5461-10922", "10923-16383"];
  const lines = ports.map((port, index) => {
    const flags = index === self ? "myself,master" : "master";
    const id = String(index + 1).padStart(40, "0");
    return `${id} 127.0.0.1:${port}@${26_000 + index} ${flags} - 0 0 ${index + 1} connected ${slots[index]}`;
  });
  const all = [...lines, "vars currentEpoch 3 lastVoteEpoch 0"];
  return `printf '%s\\n' ${all.map((line) => `'${line}'`).join(" ")} > nodes.conf;`;
}

/** What all of the servers hold together. Copies are looked at where they are written: no test makes another one the master. */
function openGroupProbe({ services, holds }: ServerGroup, ports: readonly number[]): StoreServerProbe {
  const own = ports.slice(0, services.length);
  const asked = own.slice(0, holds === "copies" ? 1 : own.length);
  const probes = asked.map((port) => redisInContainer.open(port));
  const each = <Result>(ask: (probe: StoreServerProbe) => Promise<Result>) => Promise.all(probes.map(ask));
  /** Each key belongs to one server of a cluster, and the others refuse it. */
  const onOne = async (act: (probe: StoreServerProbe) => Promise<void>) => {
    const refusals = (await Promise.allSettled(probes.map(act))).filter(({ status }) => status === "rejected");
    if (refusals.length === probes.length) throw (refusals[0] as PromiseRejectedResult).reason;
  };
  return {
    url: (holds === "copies" ? ports.slice(services.length) : own).map((port) => `redis://127.0.0.1:${port}`).join(","),
    async isReady() {
      const loaded = await each((probe) => probe.isReady());
      const agreed = await Promise.all(
        ports.map((port, index) =>
          askedOnce(port, (client) => agrees(client, { holds, isWatcher: index >= own.length })),
        ),
      );
      return [...loaded, ...agreed].every(Boolean);
    },
    isWritten: async () => (await each((probe) => probe.isWritten())).every(Boolean),
    entries: async () => (await each((probe) => probe.entries())).flat(),
    addSomethingElse: () => onOne((probe) => probe.addSomethingElse()),
    endInAMinute: (key) => onOne((probe) => probe.endInAMinute(key)),
    countWrites: async () => (await each((probe) => probe.countWrites())).reduce((sum, count) => sum + count, 0),
    empty: async () => void (await each((probe) => probe.empty())),
    // In a cluster the keys to load would have to be spread over its servers.
    ...(holds === "copies" && probes[0]?.loadAgain ? { loadAgain: probes[0].loadAgain } : {}),
    close: async () => void (await each((probe) => probe.close())),
  };
}

/** A cluster has a server for each slot; a Sentinel knows a master that lives. Replicas are not waited for: no test asks them. */
async function agrees(
  client: Redis,
  { holds, isWatcher }: { holds: ServerGroup["holds"]; isWatcher: boolean },
): Promise<boolean> {
  if (holds === "parts") return (await client.cluster("INFO")).includes("cluster_state:ok");
  if (!isWatcher) return true;
  const master = (await client.call("SENTINEL", "MASTER", "sessions")) as string[];
  return master[master.indexOf("flags") + 1] === "master";
}
