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
import { newestFirst } from "../servers/heal.ts";
import { beingAdded } from "./add-servers.ts";
import { findAilments, mend } from "./ailments.ts";
import { asRecorded, type Recorded, undo } from "./heal-by-record.ts";
import type { Lab } from "./identity/lab.ts";
import { labDeployment } from "./lab-deployment.ts";
import type { LabEngine, Resource } from "./lab-engine.ts";
import { openLabServices } from "./lab-services.ts";
import { allOf, removeAll, removeUntilQuiet } from "./remove-lab.ts";
import { findLab } from "./start-lab.ts";

/**
 * Does what a dead command cannot do any more: removes its lab; or, in a lab that stays, takes away what it was adding and heals
 * what it broke. Touches only the lab that has the very id of the record. May be done twice at the same time.
 *
 * @returns what could not be removed
 * @throws LabError (`engine-down`, ...)
 */
export async function recoverLab(record: LabRecord, engine: LabEngine): Promise<Resource[]> {
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
async function remove(record: LabRecord, engine: LabEngine): Promise<Resource[]> {
  const moreMayCome = record.stage === "starting" || record.stage === "removing";
  return moreMayCome ? removeUntilQuiet(() => [allOf(record)], engine) : removeAll(allOf(record), engine);
}

async function putRight(record: LabRecord, engine: LabEngine): Promise<Resource[]> {
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

async function takeBack(record: RecordOfLab, lab: Lab, engine: LabEngine): Promise<Resource[]> {
  if (orphansNow(record).adding.length === 0) return [];
  const left = await removeUntilQuiet(() => orphansNow(record).adding.map((adding) => beingAdded(lab, adding)), engine);
  if (left.length === 0)
    for (const { owner } of orphansNow(record).adding) addToRecord(record, { type: "withdrawn", owner });
  return left;
}

/**
 * By each fault's own `heal`, again for what was ordered before the command died and happens now; what that does not put right, by looking.
 * A kind that this version does not know is left on record for `lab heal` to name.
 */
async function heal(record: RecordOfLab, lab: Lab, engine: LabEngine): Promise<void> {
  if (orphansNow(record).broken.length === 0) return;
  const deployment = labDeployment(lab, engine);
  await using services = openLabServices(lab, engine);
  const [tried, undone] = [new Set<string>(), new Set<string>()];
  let errors: unknown[] = [];
  const tries = (act: Promise<void>) => act.catch((error) => void errors.push(error));
  const undoOne = async (one: Recorded) => {
    tried.add(nameOf(one));
    await tries(undo(one, services).then(() => void undone.add(nameOf(one))));
  };
  const isWell = await untilQuiet(async () => {
    // Somebody else may be healing it at the same moment: an error counts only when it stays ill.
    errors = [];
    const recorded = await asRecorded(orphansNow(record).broken);
    const ailments = (await findAilments(lab, engine)).filter(({ service }) => isAmong(recorded, service));
    const due = recorded.filter((one) => !tried.has(nameOf(one)) && isAmong(ailments, one.target));
    await newestFirst(due, undoOne);
    for (const ailment of ailments) if (!isAmong(due, ailment.service)) await tries(mend(ailment, deployment));
    return ailments.length === 0;
  });
  const recorded = await asRecorded(orphansNow(record).broken);
  if (!isWell) throw errors[0] ?? new Error(`${recorded.map(({ target }) => target).join(", ")} cannot be healed`);
  // What no look finds.
  errors = [];
  const unseen = recorded.filter((one) => !undone.has(nameOf(one)));
  await newestFirst(unseen, undoOne);
  for (const one of recorded) {
    const { kind, target, owner } = one.line;
    if (!undone.has(nameOf(one))) continue;
    addToRecord(record, { type: one.fault ? "healed" : "left-broken", kind, target, owner });
  }
  if (errors.length > 0) throw errors[0];
}

function isAmong(things: readonly ({ service: string } | { target: string })[], service: string): boolean {
  return things.some((thing) => ("service" in thing ? thing.service : thing.target) === service);
}

/** One that the same process has put on record twice is undone once. */
function nameOf({ line: { kind, target, owner } }: Recorded): string {
  return [kind, target, owner.pid, owner.startedAt].join(" ");
}
