import type { RedisHealth } from "../../report/lab-status.ts";
import { execIn, type ServiceAddress } from "../../subject/deployment.ts";
import { changedSettings, memoryLimitBytes, refusesWrites, unwritten } from "./condition.ts";
import { conditionOf } from "./saves.ts";
import { keepsAof } from "./settings.ts";

/** @param command what its container was started with */
export async function redisHealth(at: ServiceAddress, command: readonly string[] | undefined): Promise<RedisHealth> {
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
    changedSettings: changedSettings(condition, { appendOnly: keepsAof(command) }),
    appendOnly: info.aof_enabled === "1",
    loading: info.loading === "1",
    role: await sayRole(info, at),
  };
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
