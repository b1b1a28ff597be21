import type { Engine } from "../docker/engine.ts";
import { postgresHealth } from "../servers/postgres-sessions.ts";
import { changedSettings, memoryLimitBytes, refusesWrites, unwritten } from "../servers/redis-condition.ts";
import { conditionOf } from "../servers/redis-saves.ts";
import { hasAof } from "../servers/redis-settings.ts";
import { type ContainerState, execIn, type ServiceAddress } from "../subject/deployment.ts";
import type { Door } from "../subject/site.ts";
import { serversOf, storesOf } from "../theory/stores.ts";
import { openLabAccess } from "./lab-access.ts";
import { labDeployment } from "./lab-deployment.ts";
import { appServers, type Lab } from "./topology.ts";

/** How a lab is doing at the moment. */
export interface LabStatus {
  lab: Lab;
  services: ContainerState[];
  /** Store -> app server -> number of sessions that it sees there; null where it gives no answer. */
  sessions: Record<string, Record<string, number | null>>;
  /** Stores whose sessions are in the browsers' cookies: nobody can count them. */
  inBrowsers: string[];
  redis: RedisHealth[];
  databases: DatabaseHealth[];
  sentinels: SentinelView[];
}

/** What a Sentinel says of the servers that it watches. */
export interface SentinelView {
  service: string;
  /** Address of the master; null when the Sentinel does not answer. */
  master: string | null;
  /** Whether that master answers it, and whether enough Sentinels are there for a failover, in Redis's words. */
  says: string;
}

/** Fields of Redis `INFO`, in its units. */
export interface RedisHealth {
  service: string;
  answers: boolean;
  usedMemoryBytes?: number;
  keys?: number;
  /** Seconds since the epoch of the last RDB save, and changes since. */
  lastSaveAt?: number;
  changesSinceSave?: number;
  lastSaveOk?: boolean;
  /** What it could not write to disk when it tried last, e.g. `save`; with the reason, where one can see it. */
  couldNot?: string[];
  because?: string;
  /** Why it refuses writes; absent when it takes them. */
  refusesWrites?: string;
  /** 0: none. */
  memoryLimitBytes?: number;
  /** Settings that are not as compose.yaml has them, of those that `lab fault` changes. */
  changedSettings?: string[];
  appendOnly?: boolean;
  loading?: boolean;
  role?: string;
}

/** What a database says of itself. */
export interface DatabaseHealth {
  service: string;
  answers: boolean;
  sessions?: number;
  /** E.g. `18.1`. */
  version?: string;
  sizeBytes?: number;
  /** Of whoever uses it at the moment. */
  connections?: number;
  /** Seconds since the epoch. */
  startedAt?: number;
}

/** @throws LabError (`engine-down`, ...) */
export async function lookAtLab(lab: Lab, engine: Engine): Promise<LabStatus> {
  const { transport, door } = openLabAccess(lab, engine, { connections: 8 });
  const deployment = labDeployment(lab, engine);
  try {
    const stores = storesOf(lab);
    const servers = [...new Set(stores.flatMap(serversOf))];
    const named = (prefix: string) => servers.filter((server) => server.startsWith(prefix));
    const watchers = stores.flatMap(({ group }) => group?.watchers ?? []);
    const [services, sessions, redis, databases, sentinels] = await Promise.all([
      deployment.states(),
      Promise.all(stores.map(async ({ id }) => [id, await sessionsIn(id, door)] as const)),
      Promise.all(named("redis").map((service) => redisHealth({ service, deployment }))),
      Promise.all(named("postgres").map((service) => postgresHealth({ service, deployment }))),
      Promise.all(watchers.map((service) => askSentinel({ service, deployment }))),
    ]);
    // Of an engine that goes away meanwhile one hears no server; that says nothing of the servers.
    const isSilent = [...redis, ...databases].some(({ answers }) => !answers);
    if (isSilent || sentinels.some(({ master }) => master === null)) await engine.version();
    services.sort((a, b) => a.service.localeCompare(b.service));
    const inBrowsers = stores.filter(({ livesIn }) => livesIn === "browser").map(({ id }) => id);
    return { lab, services, sessions: Object.fromEntries(sessions), inBrowsers, redis, databases, sentinels };
  } finally {
    await transport.close();
  }
}

async function askSentinel(at: ServiceAddress): Promise<SentinelView> {
  const ask = (...words: string[]) =>
    execIn(at, ["redis-cli", "-p", "26379", "--raw", "SENTINEL", ...words, "sessions"]).catch(() => "");
  const [fields, quorum] = await Promise.all([ask("MASTER"), ask("CKQUORUM")]);
  const { service } = at;
  const lines = fields.split("\n");
  const field = (name: string) => lines[lines.indexOf(name) + 1];
  if (!lines.includes("ip")) return { service, master: null, says: "does not answer" };
  return { service, master: `${field("ip")}:${field("port")}`, says: `${field("flags")}; ${quorum.trim()}` };
}

/** A member of a cluster says how the cluster is; among copies the one that is no master is a replica. */
async function sayRole(info: Record<string, string>, at: ServiceAddress): Promise<string> {
  if (info.cluster_enabled === "1") {
    const said = await execIn(at, ["redis-cli", "CLUSTER", "INFO"]).catch(() => "");
    return `master, cluster ${/cluster_state:(\w+)/.exec(said)?.[1] ?? "unknown"}`;
  }
  if (info.role !== "slave") return info.role ?? "unknown";
  return `replica of ${info.master_host}, link ${info.master_link_status}`;
}

export async function sessionsIn(store: string, door: Door): Promise<Record<string, number | null>> {
  const counts = await Promise.all(
    appServers.map(
      async (appServer) =>
        [appServer, (await door.ask({ appServer, store }, { connection: "kept" })).sessions] as const,
    ),
  );
  return Object.fromEntries(counts);
}

async function redisHealth(at: ServiceAddress): Promise<RedisHealth> {
  const { service } = at;
  const condition = await conditionOf(at);
  if (!condition) return { service, answers: false };
  const { info, folder } = condition;
  const refuses = refusesWrites(condition);
  return {
    service,
    answers: true,
    usedMemoryBytes: Number(info.used_memory),
    keys: Number(/keys=(\d+)/.exec(info.db0 ?? "")?.[1] ?? 0),
    lastSaveAt: Number(info.rdb_last_save_time),
    changesSinceSave: Number(info.rdb_changes_since_last_save),
    lastSaveOk: info.rdb_last_bgsave_status === "ok",
    couldNot: unwritten(condition),
    ...(folder ? { because: folder.says } : {}),
    ...(refuses ? { refusesWrites: refuses } : {}),
    memoryLimitBytes: memoryLimitBytes(condition),
    changedSettings: changedSettings(condition, { appendOnly: hasAof(service) }),
    appendOnly: info.aof_enabled === "1",
    loading: info.loading === "1",
    role: await sayRole(info, at),
  };
}
