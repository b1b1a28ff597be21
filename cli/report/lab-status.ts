import { Chalk } from "chalk";
import Table from "cli-table3";
import type { ContainerState } from "../subject/deployment.ts";

/** How a lab is doing at the moment. */
export interface LabStatus {
  lab: { name: string; port: number; subnetPrefix: string };
  services: ContainerState[];
  /** Store -> app server -> number of sessions that it sees there; null where it gives no answer. */
  sessions: Record<string, Record<string, number | null>>;
  /** Stores whose sessions are in the browsers' cookies: nobody can count them. */
  inBrowsers: string[];
  redis: RedisHealth[];
  databases: DatabaseHealth[];
  sentinels: SentinelView[];
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

/** What a server of sessions says of itself, where there is no more to be said of its kind. */
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

/** What a Sentinel says of the servers that it watches. */
export interface SentinelView {
  service: string;
  /** Address of the master; null when the Sentinel does not answer. */
  master: string | null;
  /** Whether that master answers it, and whether enough Sentinels are there for a failover, in Redis's words. */
  says: string;
}

/**
 * `lab status` for people: services, sessions by store and app server, Redis's own health.
 *
 * @param options `suffix`: what a printed command needs to mean this lab, e.g. ` --name two`
 */
export function statusReport(
  { lab, services, sessions, inBrowsers, redis, databases, sentinels }: LabStatus,
  { colour, suffix }: { colour: boolean; suffix: string },
): string {
  const chalk = new Chalk(colour ? {} : { level: 0 });
  const sections = [
    chalk.bold(`Lab "${lab.name}" on 127.0.0.1:${lab.port}, subnet ${lab.subnetPrefix}.0/24`),
    table(
      ["service", "state", "health"],
      services.map(({ service, running, paused, attached, exitCode, health }) => [
        service,
        running
          ? paused
            ? "frozen"
            : attached
              ? "running"
              : "running, cut off"
          : `not running (exit code ${exitCode})`,
        running ? health : "-",
      ]),
    ),
    chalk.bold("Sessions, as each app server sees them"),
    table(
      ["store", ...Object.keys(Object.values(sessions)[0] ?? {})],
      Object.entries(sessions).map(([store, counts]) => [
        store,
        ...Object.values(counts).map((count) => count ?? (inBrowsers.includes(store) ? "-" : "no answer")),
      ]),
    ),
    chalk.bold("Redis"),
    table(["server", "memory", "keys", "persistence", "last save", "role"], redis.map(redisRow)),
    ...redis.flatMap(redisTroubles).map((sentence) => `${sentence} \`lab heal${suffix}\` mends it, or says who can.`),
    ...(databases.length > 0
      ? [
          chalk.bold("PostgreSQL"),
          table(["server", "version", "size", "sessions", "connections", "started"], databases.map(databaseRow)),
        ]
      : []),
    ...(sentinels.length > 0
      ? [
          chalk.bold("Sentinels"),
          table(
            ["sentinel", "the master is", "which is, and the quorum"],
            sentinels.map(({ service, master, says }) => [service, master ?? "-", says]),
          ),
        ]
      : []),
  ];
  return `${sections.join("\n")}\n`;
}

function redisRow(health: RedisHealth): (string | number)[] {
  if (!health.answers) return [health.service, "does not answer", "-", "-", "-", "-"];
  const {
    service,
    usedMemoryBytes = 0,
    keys = 0,
    lastSaveAt = 0,
    lastSaveOk = true,
    changesSinceSave = 0,
    appendOnly,
    loading,
    role = "",
  } = health;
  const saved = new Date(lastSaveAt * 1_000).toISOString().slice(11, 19);
  return [
    service,
    `${(usedMemoryBytes / 2 ** 20).toFixed(1)} MiB`,
    keys,
    `${appendOnly ? "AOF" : "no AOF"}${loading ? ", loading" : ""}`,
    `${lastSaveOk ? "" : "failed; before: "}${saved} UTC, ${changesSinceSave} changes since`,
    role,
  ];
}

/** A sentence for each thing that is wrong with what a server keeps. */
function redisTroubles(health: RedisHealth): string[] {
  const { service, couldNot = [], because, refusesWrites, changedSettings = [] } = health;
  return [
    ...(couldNot.length > 0 ? [`${service} could not ${couldNot.join(" and ")}${because ? `: ${because}` : ""}.`] : []),
    ...(refusesWrites ? [`${service} refuses writes: ${refusesWrites}.`] : []),
    ...(changedSettings.length > 0
      ? [`${service} is set otherwise than in compose.yaml: ${changedSettings.join(", ")}.`]
      : []),
  ];
}

function databaseRow(health: DatabaseHealth): (string | number)[] {
  if (!health.answers) return [health.service, "does not answer", "-", "-", "-", "-"];
  const { service, version = "", sizeBytes = 0, sessions = 0, connections = 0, startedAt = 0 } = health;
  const started = new Date(startedAt * 1_000).toISOString().slice(11, 19);
  return [service, version, `${(sizeBytes / 2 ** 20).toFixed(1)} MiB`, sessions, connections, `${started} UTC`];
}

function table(head: string[], rows: (string | number)[][]): string {
  const grid = new Table({ head, style: { head: [], border: [], compact: true } });
  grid.push(...rows);
  return grid.toString();
}
