import { actUntil } from "../act-until.ts";
import { loadStores, serversOf } from "../lab/stores.ts";
import type { Lab } from "../lab/topology.ts";
import { lastSeen, waitUntil } from "../wait.ts";
import type { Engine } from "./engine.ts";
import { redisServer } from "./redis-sessions.ts";
import { sessionServerOf } from "./session-server.ts";

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
  /** The settings that compose.yaml starts it with, and the other application's keys gone. Waits until the server answers. */
  restore(): Promise<void>;
}

/** Files of this name are read at the start, after the settings in compose.yaml; see there. */
const laterSettings = "/data/later.conf";
/** The other application's keys. */
export const ballast = { prefix: "another-application:", keys: 1_024, bytes: 4_096 };
/** Loading a data set, or writing it to a new file, takes as long. */
const deadlineMs = 10_000;

export function redisSettings(at: { lab: Lab; engine: Engine; service: string }): RedisSettings {
  const shell = (script: string) => at.engine.exec(at.lab, at.service, ["sh", "-c", script]);
  const fill = async () => {
    const { prefix, keys, bytes } = ballast;
    await shell(`
      [ "$(redis-cli EXISTS ${prefix}1)" = 0 ] || exit 0
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
      await waitFor(shell, "redis-cli INFO persistence", (said) =>
        ["aof_enabled:1", "aof_rewrite_in_progress:0", "aof_rewrite_scheduled:0", "aof_last_bgrewrite_status:ok"].every(
          (line) => said.includes(line),
        ),
      );
    },

    async restore() {
      // None of these is set in compose.yaml: Redis's defaults. The snapshot is made anew because the one on disk may hold
      // what is gone since, and would bring it back. A server that compose.yaml starts with an AOF keeps it.
      const switchOff = hasAof(at.service)
        ? ""
        : "redis-cli CONFIG SET appendonly no; rm -rf /data/appendonlydir; redis-cli SAVE";
      const script = `
        redis-cli PING | grep -qx PONG || exit 0
        redis-cli CONFIG SET maxmemory 0 maxmemory-policy noeviction maxmemory-samples 5
        redis-cli ACL SETUSER default +@all
        redis-cli --scan --pattern '${ballast.prefix}*' | xargs -n 500 redis-cli UNLINK
        if [ -e ${laterSettings} ]; then
          rm ${laterSettings}
          ${switchOff}
        fi
        echo restored`;
      const act = () => shell(script).catch(String);
      const { ok, seen } = await actUntil({ act, until: (said) => said.includes("restored"), deadlineMs });
      if (!ok) throw stillSays(script, seen);
    },
  };
}

/** As compose.yaml starts it. */
function hasAof(service: string): boolean {
  return loadStores().some((store) => store.persistence === "append-only" && serversOf(store).includes(service));
}

export function isRedis(service: string): boolean {
  return sessionServerOf(service) === redisServer;
}

/** Undoes what was changed of a service's settings, if it is a Redis server. */
export async function restoreRedis(at: { lab: Lab; engine: Engine; service: string }): Promise<void> {
  if (isRedis(at.service)) await redisSettings(at).restore();
}

async function waitFor(
  shell: (script: string) => Promise<string>,
  script: string,
  until: (said: string) => boolean,
): Promise<void> {
  const waited = await waitUntil({ look: () => shell(script).catch(String), until, deadlineMs });
  if (!waited.ok) throw stillSays(script, lastSeen(waited));
}

function stillSays(script: string, said: string): Error {
  return new Error(`\`${script}\` still says after ${deadlineMs} ms: ${said.trim().slice(0, 200)}`);
}
