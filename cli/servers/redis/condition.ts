/** What a Redis server says about whether it can keep what it is given: pure functions of the text that `look` prints. */

/** Its data folder, in each of the lab's containers; and settings that are read at its next start. */
export const dataFolder = "/data";
export const laterSettings = `${dataFolder}/later.conf`;

const asked = [
  "maxmemory",
  "maxmemory-policy",
  "maxmemory-samples",
  "appendonly",
  "save",
  "stop-writes-on-bgsave-error",
];

/**
 * Prints all that `readCondition` reads. Where something could not be written, it tries to write a mebibyte to the data folder: Redis
 * says that it failed, never why. Nothing is answered within 5 s by a server that hangs.
 */
export const look = `
said=$(printf '%s\\n' 'INFO everything' 'ECHO settings:' 'CONFIG GET ${asked.join(" ")}' 'ECHO users:' 'ACL LIST' | timeout 5 redis-cli)
printf '%s\\n' "$said"
[ ! -e ${laterSettings} ] || echo 'later settings:'
case $said in *rdb_last_bgsave_status:err* | *aof_last_write_status:err* | *aof_last_bgrewrite_status:err*)
  echo "folder: $(stat -c %u ${dataFolder}) $(id -u)"
  dd if=/dev/zero of=${dataFolder}/trial bs=64k count=16 2>&1
  rm -f ${dataFolder}/trial;;
esac`;

export interface RedisCondition {
  /** Of https://redis.io/docs/latest/commands/info/ */
  info: Readonly<Record<string, string>>;
  /** By name; of https://redis.io/docs/latest/commands/config-get/ */
  settings: Readonly<Record<string, string>>;
  /** What everybody may do who gives no other name, e.g. `+@all`; undefined when it does not say. */
  everybodyMay: string | undefined;
  hasLaterSettings: boolean;
  /** Why its data folder cannot be written, where it failed to save and still cannot; and what a person has to do about it. */
  folder: { says: string; isMendable: true } | { says: string; isMendable: false; todo: string } | undefined;
}

/** @returns undefined when this is no answer of a Redis server */
export function readCondition(text: string): RedisCondition | undefined {
  const [information = "", rest = ""] = text.split(/^settings:\r?$/m);
  const [settings = "", users = ""] = rest.split(/^users:\r?$/m);
  const info = Object.fromEntries(
    [...information.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name, value]) => [name!, value!]),
  );
  if (info.redis_version === undefined) return undefined;
  return {
    info,
    settings: pairsOf(settings),
    everybodyMay: users.includes("NOPERM") ? "not even ask" : /^user default .*?([+-]@.*?)\r?$/m.exec(users)?.[1],
    hasLaterSettings: /^later settings:$/m.test(text),
    folder: folderOf(text),
  };
}

/** Names and values take turns, a line each. */
function pairsOf(text: string): Record<string, string> {
  const lines = text.trim().split(/\r?\n/);
  return Object.fromEntries(
    asked.flatMap((name) => {
      const at = lines.findIndex((line, index) => index % 2 === 0 && line === name);
      return at < 0 ? [] : [[name, lines[at + 1] ?? ""]];
    }),
  );
}

function folderOf(text: string): RedisCondition["folder"] {
  const [, owner, self] = /^folder: (\d+) (\d+)$/m.exec(text) ?? [];
  const refusal = /^dd: .*?: ([A-Z][^:\n]+)$/m.exec(text)?.[1];
  if (owner === undefined || refusal === undefined) return undefined;
  const byAPerson = (says: string, todo: string) => ({ says, isMendable: false, todo }) as const;
  if (/space left|quota/i.test(refusal)) return byAPerson(`the disk of ${dataFolder} is full`, "Make room there");
  if (!/denied|not permitted/i.test(refusal)) return byAPerson(`${dataFolder}: ${refusal}`, "Mend that");
  if (owner === self) return { says: `it has no right to write in ${dataFolder}`, isMendable: true };
  return byAPerson(
    `${dataFolder} belongs to user ${owner}, and it runs as user ${self}`,
    `Give ${dataFolder} back to user ${self}`,
  );
}

/** What it could not write when it tried last, in words; [] when all was written. A save under way counts when it has ended. */
export function unwritten({ info }: RedisCondition): string[] {
  return [
    ...(info.rdb_last_bgsave_status === "err" ? ["save"] : []),
    ...(info.aof_last_write_status === "err" ? ["write its append-only file"] : []),
    ...(info.aof_last_bgrewrite_status === "err" ? ["rewrite its append-only file"] : []),
  ];
}

/**
 * Why it refuses to be written to; undefined when it takes writes, or is a replica, which takes those of its master.
 * https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ (`MISCONF`), .../reference/eviction/ (`OOM`)
 */
export function refusesWrites(condition: RedisCondition): string | undefined {
  const { info, settings } = condition;
  if (info.role === "slave") return undefined;
  const stops = settings["stop-writes-on-bgsave-error"] === "yes" && settings.save !== "";
  if (info.rdb_last_bgsave_status === "err" && stops) return "its last save failed (stop-writes-on-bgsave-error)";
  if (info.aof_last_write_status === "err") return "it cannot write its append-only file";
  const limit = memoryLimitBytes(condition);
  const counted = Number(info.used_memory ?? 0) - Number(info.mem_not_counted_for_evict ?? 0);
  if (limit > 0 && counted > limit && settings["maxmemory-policy"] === "noeviction")
    return `its memory is full (${counted} of ${limit} bytes, noeviction)`;
  return undefined;
}

/** 0: none. */
export function memoryLimitBytes({ settings }: RedisCondition): number {
  return Number(settings.maxmemory ?? 0);
}

/** Settings that are not as compose.yaml has them, of those that `lab fault` changes; in words. */
export function changedSettings(condition: RedisCondition, { appendOnly }: { appendOnly: boolean }): string[] {
  const { settings, everybodyMay, hasLaterSettings } = condition;
  const usual = {
    "maxmemory-policy": "noeviction",
    "maxmemory-samples": "5",
    ...(appendOnly ? {} : { appendonly: "no" }),
  };
  const limit = memoryLimitBytes(condition);
  return [
    ...(limit > 0 ? [`maxmemory ${limit}`] : []),
    ...Object.entries(usual).flatMap(([name, value]) =>
      settings[name] === undefined || settings[name] === value ? [] : [`${name} ${settings[name]}`],
    ),
    ...(everybodyMay === undefined || everybodyMay === "+@all" ? [] : [`everybody may ${everybodyMay}`]),
    ...(hasLaterSettings ? [`${laterSettings} for its next start`] : []),
  ];
}

/** What is wrong with it and shows, in words that follow `was`, and whether its settings have to be put back or it has to save. */
export function problemsOf(
  condition: RedisCondition,
  usual: { appendOnly: boolean },
): { found: string; cure: "saves again" | "settings put back" }[] {
  const failed = unwritten(condition);
  const changed = changedSettings(condition, usual);
  const refused = refusesWrites(condition) === undefined ? "" : "; writes are refused";
  const why = condition.folder?.says ?? `nothing keeps it from writing in ${dataFolder} now`;
  return [
    ...(failed.length > 0
      ? [{ found: `unable to ${failed.join(" and ")} (${why}${refused})`, cure: "saves again" } as const]
      : []),
    ...(changed.length > 0
      ? [
          {
            found: `set otherwise than in compose.yaml (${changed.join(", ")}${failed.length > 0 ? "" : refused})`,
            cure: "settings put back",
          } as const,
        ]
      : []),
  ];
}
