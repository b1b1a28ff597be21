import type { Engine, Resource } from "../docker/engine.ts";
import { untilQuiet } from "../docker/until-nothing-new.ts";
import {
  addToRecord,
  forgetRecord,
  isDamaged,
  type LabRecord,
  type RecordOfLab,
  readRecord,
} from "../record/record.ts";
import { orphansOf, recoveryOf } from "../record/recovery.ts";
import { restoreRedis } from "../servers/redis-settings.ts";
import { beingAdded } from "./add-servers.ts";
import { findAilments, mend } from "./heal-services.ts";
import { labDeployment } from "./lab-deployment.ts";
import { allOf, removeAll, removeUntilQuiet } from "./remove-lab.ts";
import { findLab } from "./start-lab.ts";
import type { Lab } from "./topology.ts";

/**
 * Does what a dead command cannot do any more: removes its lab; or, in a lab that stays, takes away what it was adding and heals
 * what it broke. Touches only the lab that has the very id of the record. May be done twice at the same time.
 *
 * @returns what could not be removed
 * @throws LabError (`engine-down`, ...)
 */
export async function recoverLab(record: LabRecord, engine: Engine): Promise<Resource[]> {
  const recovery = recoveryOf(record);
  if (recovery === "put-right") return putRight(record, engine);
  if (recovery === "remove") {
    const left = await remove(record, engine);
    if (left.length > 0) return left;
  }
  if (recovery === "remove" || recovery === "forget") forgetRecord(record);
  return [];
}

/** A command that died while it started or removed the lab, or its Compose, may have told the engine what is still to come. */
async function remove(record: LabRecord, engine: Engine): Promise<Resource[]> {
  const moreMayCome = record.stage === "starting" || record.stage === "removing";
  return moreMayCome ? removeUntilQuiet(() => [allOf(record)], engine) : removeAll(allOf(record), engine);
}

async function putRight(record: LabRecord, engine: Engine): Promise<Resource[]> {
  const lab = await findLab(record.name, engine);
  if (lab?.id !== record.id) {
    forgetRecord(record);
    return [];
  }
  const left = await takeBack(record, lab, engine);
  await heal(record, lab, engine);
  return left;
}

/** What is still to be done: somebody else may be doing the same, or use the lab again when it has been done. */
function orphansNow({ path, id }: RecordOfLab): ReturnType<typeof orphansOf> {
  const record = readRecord(path);
  return record && !isDamaged(record) && record.id === id ? orphansOf(record) : { broken: [], adding: [] };
}

async function takeBack(record: RecordOfLab, lab: Lab, engine: Engine): Promise<Resource[]> {
  if (orphansNow(record).adding.length === 0) return [];
  const left = await removeUntilQuiet(() => orphansNow(record).adding.map((adding) => beingAdded(lab, adding)), engine);
  if (left.length === 0)
    for (const { owner } of orphansNow(record).adding) addToRecord(record, { type: "withdrawn", owner });
  return left;
}

async function heal(record: RecordOfLab, lab: Lab, engine: Engine): Promise<void> {
  if (orphansNow(record).broken.length === 0) return;
  const deployment = labDeployment(lab, engine);
  let errors: unknown[] = [];
  const isWell = await untilQuiet(async () => {
    errors = [];
    const targets = orphansNow(record).broken.map(({ target }) => target);
    const ailments = (await findAilments(lab, engine)).filter(({ service }) => targets.includes(service));
    // Somebody else may be healing it at the same moment: an error counts only when it stays ill.
    for (const ailment of ailments) await mend(ailment, deployment).catch((error) => errors.push(error));
    return ailments.length === 0;
  });
  const { broken } = orphansNow(record);
  if (!isWell) throw errors[0] ?? new Error(`${broken.map(({ target }) => target).join(", ")} cannot be healed`);
  await Promise.all(
    [...new Set(broken.map(({ target }) => target))].map((service) => restoreRedis({ service, deployment })),
  );
  for (const { kind, target, owner } of broken) addToRecord(record, { type: "healed", kind, target, owner });
}
