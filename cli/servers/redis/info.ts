import { execIn, type ServiceAddress } from "../../subject/deployment.ts";

/** Redis `INFO`, as a table of its fields; undefined when the server does not answer. */
export async function redisInfo(at: ServiceAddress): Promise<Record<string, string> | undefined> {
  const text = await execIn(at, ["redis-cli", "INFO", "everything"]).catch(() => "");
  const fields = [...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, field, value]) => [field!, value!] as const);
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

/**
 * All strings that a Redis server holds: what sessions look like there, whatever their layout is.
 * https://redis.io/docs/latest/commands/scan/
 */
const allStrings = `
local found, cursor = {}, "0"
repeat
  local page = redis.call("SCAN", cursor, "COUNT", 1000, "TYPE", "string")
  cursor = page[1]
  for _, key in ipairs(page[2]) do table.insert(found, redis.call("GET", key)) end
until cursor == "0"
return found`;

export interface RedisContents {
  role: string;
  /** All strings, one a line. */
  strings: string;
}

/** Undefined when it does not answer. */
export async function redisContents(at: ServiceAddress): Promise<RedisContents | undefined> {
  const ask = 'redis-cli info replication | grep ^role: && exec redis-cli --raw eval_ro "$0" 0';
  const said = await execIn(at, ["sh", "-c", ask, allStrings]).catch(() => "");
  const [, role, strings] = /^role:(\w+)\r?\n([\s\S]*)$/.exec(said) ?? [];
  return role === undefined || strings === undefined ? undefined : { role, strings };
}
