import { stateOfProcess } from "../lab/process-identity.ts";
import { addToRecord, dropRecord, type LabRecord, readRecord } from "../lab/record.ts";
import { recoveryOf } from "../lab/recovery.ts";
import type { Engine, Resource } from "./engine.ts";
import { findAilments, mend } from "./heal-services.ts";
import { restoreRedis } from "./redis-settings.ts";
import { removeAll, removeUntilQuiet } from "./remove-lab.ts";
import { findLab } from "./start-lab.ts";

/**
 * Does what a dead command cannot do any more: removes its lab, or heals what it broke. Touches only what carries the very id of
 * the record. May be done twice at the same time.
 *
 * @returns what could not be removed
 * @throws LabError (`engine-down`, ...)
 */
export async function recoverLab(record: LabRecord, engine: Engine): Promise<Resource[]> {
  const recovery = recoveryOf(record);
  const { id, name, path } = record;
  if (recovery === "heal") await heal(record, engine);
  if (recovery === "remove") {
    const left =
      record.stage === "starting"
        ? await removeUntilQuiet({ name, id }, engine)
        : await removeAll({ name, id }, engine);
    if (left.length > 0) return left;
  }
  if (recovery === "remove" || recovery === "forget") forget(path, id);
  return [];
}

async function heal(record: LabRecord, engine: Engine): Promise<void> {
  const lab = await findLab(record.name, engine);
  if (!lab) return forget(record.path, record.id);
  const orphans = record.broken.filter(({ owner }) => stateOfProcess(owner) === "dead");
  const targets = orphans.map(({ target }) => target);
  const isOurs = ({ service }: { service: string }) => targets.includes(service);
  // Somebody else may be healing it at the same moment: an error counts only when it is still ill afterwards.
  const errors: unknown[] = [];
  for (const ailment of (await findAilments(lab, engine)).filter(isOurs))
    await mend(ailment, lab, engine).catch((error) => errors.push(error));
  if (errors.length > 0 && (await findAilments(lab, engine)).some(isOurs)) throw errors[0];
  await Promise.all([...new Set(targets)].map((service) => restoreRedis({ service, lab, engine })));
  for (const { kind, target, owner } of orphans) addToRecord(record.path, { type: "healed", kind, target, owner });
}

/** A record of that name may by now belong to another lab. */
function forget(path: string, id: string): void {
  const record = readRecord(path);
  if (record && "id" in record && record.id === id) dropRecord(path);
}
