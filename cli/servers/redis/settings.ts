import { execIn, type ServiceAddress } from "../../subject/deployment.ts";
import { actUntil, waitUntil } from "../../wait.ts";
import { dataFolder, laterSettings } from "./condition.ts";
import { refused, saveAgain } from "./saves.ts";

/** What Redis removes when it is full (`maxmemory-policy`). https://redis.io/docs/latest/develop/reference/eviction/ */
export type EvictionPolicy = "allkeys-lru" | "volatile-lru" | "noeviction";

/** How the settings of a Redis server can be changed while it runs. All of it is undone by `restore`. */
export interface RedisSettings {
  /** Another application's keys, which have no end: about 4 MB in keys of 4 KB. Once only. */
  fill(): Promise<void>;
  /** Puts the memory limit below what is used, so that half of the other application's keys are too much. */
  limitMemory(policy: EvictionPolicy): Promise<void>;
  /**
   * Has the next start use an append-only file, as an edited configuration would; `now` also switches it on at once, and waits
   * until all that the server holds is in the file.
   */
  appendOnly(options: { now: boolean }): Promise<void>;
  /** Writes a snapshot now (`SAVE`). Waits for one that is under way. */
  save(): Promise<void>;
  /**
   * Lets no replica copy from it (`ACL SETUSER`, https://redis.io/docs/latest/commands/acl-setuser/) and drops those that are there.
   */
  refuseReplicas(): Promise<void>;
  admitReplicas(): Promise<void>;
  /** The settings that compose.yaml starts it with, and the other application's keys gone. Waits until the server answers. */
  restore(): Promise<void>;
}

/** The other application's keys. */
export const ballast = { prefix: "another-application:", keys: 1_024, bytes: 4_096 };
/** Loading a data set, or writing it to a new file, takes as long. */
const deadlineMs = 10_000;

export function redisSettings(at: ServiceAddress): RedisSettings {
  const shell = (script: string) => execIn(at, ["sh", "-c", script]);
  const fill = async () => {
    const { prefix, keys, bytes } = ballast;
    await shell(`
      [ -z "$(redis-cli --scan --pattern '${prefix}*' | head -n 1)" ] || exit 0
      seq ${keys} | sed 's/.*/SETRANGE ${prefix}& ${bytes - 1} x/' | redis-cli >/dev/null`);
  };
  return {
    fill,

    async limitMemory(policy) {
      await fill();
      // 64 is the most: Redis's own 5 samples a time would make an experiment of a hundred keys a matter of luck.
      await shell(`
        used=$(redis-cli INFO memory | tr -d '\\r' | sed -n 's/^used_memory://p')
        redis-cli CONFIG SET maxmemory-policy ${policy} maxmemory-samples 64
        redis-cli CONFIG SET maxmemory $((used - ${(ballast.keys * ballast.bytes) / 2}))
        redis-cli SET ${ballast.prefix}1 x`);
    },

    async appendOnly({ now }) {
      await shell(`printf 'appendonly yes\\n' > ${laterSettings}`);
      if (!now) return;
      await shell("redis-cli CONFIG SET appendonly yes");
      const { ok, seen } = await waitUntil({
        look: () => shell("redis-cli INFO persistence").catch(String),
        until: (said) => aofIsWritten.every((line) => said.includes(line)),
        deadlineMs,
      });
      if (!ok) throw refused(at, "to write all that it holds to an append-only file", aofLines(seen));
    },

    async save() {
      const { ok, seen } = await actUntil({
        act: () => shell("redis-cli SAVE"),
        until: (said) => said.trim() === "OK",
        deadlineMs,
      });
      if (!ok) throw refused(at, "to write a snapshot", seen);
    },

    async refuseReplicas() {
      await shell("redis-cli ACL SETUSER default -psync -sync");
      await shell("redis-cli CLIENT KILL TYPE replica");
    },

    async admitReplicas() {
      const said = await shell("redis-cli ACL SETUSER default +psync +sync");
      if (said.trim() !== "OK") throw refused(at, "to admit replicas", said);
    },

    async restore() {
      const { command } = await (await at.deployment.containerOf(at.service)).state();
      const { ok, seen } = await actUntil({
        act: async () => {
          const said = await shell(restoring(keepsAof(command))).catch(String);
          if (/=> MISCONF/.test(said)) await saveAgain(at);
          return said.trim();
        },
        until: (said) => said === "restored",
        deadlineMs,
      });
      if (ok) return;
      const [, asked, answer] = /^(.+?) => ([\s\S]*)$/.exec(seen) ?? [];
      throw refused(at, asked ? `\`${asked}\`` : "to put its settings back", answer ?? seen);
    },
  };
}

const aofIsWritten = [
  "aof_enabled:1",
  "aof_rewrite_in_progress:0",
  "aof_rewrite_scheduled:0",
  "aof_last_bgrewrite_status:ok",
];

function aofLines(said: string | undefined): string {
  return (said ?? "")
    .split(/\r?\n/)
    .filter((line) => line.startsWith("aof_"))
    .join(", ");
}

/**
 * Says `restored` in the end, or else who answered what: `SAVE => ERR ...`. None of the settings is in compose.yaml: these are Redis's
 * defaults. The snapshot is made anew because the one on disk may hold what is gone since, and would bring it back. A server that
 * compose.yaml starts with an AOF keeps it. A replica refuses to forget the other application's keys; its master tells it to.
 */
function restoring(keepsAof: boolean): string {
  const isChanged = `[ -e ${laterSettings} ] || [ "$(redis-cli CONFIG GET appendonly | tail -n 1)" = yes ]`;
  const switchOff = `if ${isChanged}; then
    ask CONFIG SET appendonly no
    try rm -rf ${dataFolder}/appendonlydir
    ask SAVE
  fi`;
  return `
  end() { echo "$*"; exit 0; }
  ask() { said=$(redis-cli "$@" 2>&1); [ "$said" = OK ] || end "$* => $said"; }
  try() { said=$("$@" 2>&1) || end "$* => $said"; }
  said=$(redis-cli PING 2>&1)
  [ "$said" = PONG ] || end "PING => $said"
  ask ACL SETUSER default +@all
  ask CONFIG SET maxmemory 0 maxmemory-policy noeviction maxmemory-samples 5
  said=$(redis-cli --scan --pattern '${ballast.prefix}*' | sed 's/^/UNLINK /' | redis-cli 2>&1 | grep -v '^[0-9]*$' | head -n 1)
  case $said in READONLY* | '') ;; *) end "UNLINK => $said";; esac
  ${keepsAof ? "" : switchOff}
  [ ! -e ${laterSettings} ] || try rm ${laterSettings}
  echo restored`;
}

/** Whether it is started with an append-only file, whatever the store's file says of it: a run finds out about a difference. */
export function keepsAof(command: readonly string[] = []): boolean {
  return command[command.indexOf("--appendonly") + 1] === "yes";
}
