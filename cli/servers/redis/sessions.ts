import { nothing } from "../../docker/docker-api.ts";
import { execIn, type ServiceAddress } from "../../subject/deployment.ts";
import type { Entries, SessionServer } from "../session-server.ts";
import { redisInfo } from "./info.ts";
import { redisSettings } from "./settings.ts";

/**
 * `SCAN`, `TYPE` and `PTTL` in one round trip. ARGV[1] is how many keys are wanted; SCAN may name a key twice.
 * https://redis.io/docs/latest/commands/scan/
 */
const listing = `
local wanted, found, seen, cursor = tonumber(ARGV[1]), {}, {}, "0"
repeat
  local page = redis.call("SCAN", cursor, "COUNT", 100)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    if not seen[key] and #found < wanted then
      seen[key] = true
      table.insert(found, { key = key, type = redis.call("TYPE", key).ok, ttlMs = redis.call("PTTL", key) })
    end
  end
until cursor == "0" or #found == wanted
return cjson.encode({ total = redis.call("DBSIZE"), entries = found })`;

export const redisServer: SessionServer = {
  /** https://redis.io/docs/latest/commands/dbsize/ */
  async kept(at) {
    const [said, info] = await Promise.all([redisCli(at, ["DBSIZE"]), redisInfo(at)]);
    return /^\d+\s*$/.test(said) ? { entries: Number(said), evicted: Number(info?.evicted_keys ?? 0) } : undefined;
  },

  async list(at, { atMost }) {
    const said = await redisCli(at, ["EVAL_RO", listing, "0", String(atMost)]);
    return read(said);
  },

  /** `run_id` of https://redis.io/docs/latest/commands/info/ */
  async lifeOf(at) {
    return /^run_id:(\w+)/m.exec(await redisCli(at, ["INFO", "server"]))?.[1];
  },

  infoOf: redisInfo,
  restore: (at) => redisSettings(at).restore(),

  /**
   * FLUSHALL also writes an empty snapshot where there are save points, and is in the AOF where there is one: a restart brings
   * nothing back. A replica refuses (READONLY); it is emptied by its master.
   * https://redis.io/docs/latest/commands/flushall/
   */
  async empty(at) {
    return /^(OK|READONLY)/.test(await redisCli(at, ["FLUSHALL"]));
  },
};

/** What it printed; nothing when the container cannot run it. */
async function redisCli(at: ServiceAddress, command: string[]): Promise<string> {
  return execIn(at, ["redis-cli", ...command]).catch(nothing);
}

/** Undefined for an error in words (`LOADING Redis is loading the dataset in memory`). PTTL says -1 of a key that stays. */
function read(said: string): Entries | undefined {
  if (!said.startsWith("{")) return undefined;
  const { total, entries } = JSON.parse(said) as Entries;
  // Lua has one kind of table: an empty list is written as an empty object.
  const list = Array.isArray(entries) ? entries : [];
  return {
    total,
    entries: list
      .map(({ key, type, ttlMs }) => ({ key, type, ttlMs: ttlMs === null || ttlMs < 0 ? null : ttlMs }))
      .sort((a, b) => a.key.localeCompare(b.key)),
  };
}
