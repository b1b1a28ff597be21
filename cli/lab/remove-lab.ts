import { untilQuiet } from "../docker/until-nothing-new.ts";
import { processesOf } from "../host/compose-processes.ts";
import { isSameProcess, type ProcessIdentity, thisProcess } from "../host/process-identity.ts";
import {
  addToRecord,
  dropRecord,
  engineAddress,
  isDamaged,
  type LabRecord,
  type RecordOfLab,
  readRecord,
  recordPath,
} from "../record/record.ts";
import { actUntil, waitUntil } from "../wait.ts";
import type { Lab } from "./identity/lab.ts";
import type { LabEngine, Resource, Whose } from "./lab-engine.ts";

/** Somebody else may be removing the same things at the same moment, and the engine take its time. */
const removeDeadlineMs = 5_000;

/** Compose that is asked to end has stopped asking the engine by then; what goes on hangs. */
const endDeadlineMs = 2_000;

/** What is to be removed. */
export interface Doomed extends Whose {
  /** Only the containers and volumes of these services; otherwise everything, the network included. */
  services?: readonly string[];
  /** The Compose that makes more of it is this process's; otherwise whosever is on record. It is ended first. */
  madeFor?: ProcessIdentity;
}

/** All of one start of a lab. */
export function allOf({ name, id }: Pick<Lab, "name" | "id">): Doomed {
  return { name, id };
}

/**
 * Removes all of a lab by its labels, in whatever shape it is, and its record; then looks whether anything is left.
 *
 * @param options.id of the one start of it that is meant; without, whatever has the name
 * @param options.moreMayCome somebody may be at work on it, and know of no removal
 * @returns what is still there afterwards (containers, networks, volumes, processes): nothing, if all went well
 * @throws LabError (`engine-down`, ...); the record is kept then, and the next command tries again
 */
export async function removeLab(
  { name, id, moreMayCome = false }: Pick<Lab, "name"> & { id?: string; moreMayCome?: boolean },
  engine: LabEngine,
): Promise<Resource[]> {
  const path = recordPath({ name, engine: engineAddress() });
  const found = readRecord(path);
  const record = found && !isDamaged(found) && isAbout(found, id) ? found : undefined;
  if (record) announceRemoval(record);
  const doomed = { name, ...(id === undefined ? {} : { id }) };
  // Its Compose is ended if it still works, and the engine may carry out its orders later.
  const left =
    record?.stage === "starting" || moreMayCome
      ? await removeUntilQuiet(() => [doomed], engine)
      : await removeAll(doomed, engine);
  if (left.length === 0 && found && (record || isDamaged(found))) dropRecord(path);
  return left;
}

/** Removes the lab that this very process has begun to start, if it has, and none that somebody else has under that name. */
export async function removeOwnLab({ name }: Pick<Lab, "name">, engine: LabEngine): Promise<Resource[]> {
  const record = readRecord(recordPath({ name, engine: engineAddress() }));
  if (!record || isDamaged(record) || record.found || !isSameProcess(record.owner, thisProcess())) return [];
  return removeLab({ name, id: record.id }, engine);
}

/** @param id as the labels have it: on record, that of a lab which was started by hand is a little longer */
function isAbout(record: LabRecord, id: string | undefined): boolean {
  return id === undefined || record.id === id || record.id.startsWith(`${id} `);
}

/**
 * Like `removeAll`, where Compose was killed or is to be: goes on until nothing new appears.
 *
 * @param doomedNow asked anew each time: somebody else may have done it
 */
export async function removeUntilQuiet(doomedNow: () => readonly Doomed[], engine: LabEngine): Promise<Resource[]> {
  let left: Resource[] = [];
  await untilQuiet(async () => {
    left = [];
    let isQuiet = true;
    for (const doomed of doomedNow()) {
      if ((await findAll(doomed, engine)).length === 0) continue;
      isQuiet = false;
      left.push(...(await removeAll(doomed, engine)));
    }
    return isQuiet;
  });
  return left;
}

/**
 * Ends Compose where it still works on this, then removes what carries the labels.
 *
 * @returns what is left
 */
export async function removeAll(doomed: Doomed, engine: LabEngine): Promise<Resource[]> {
  const { seen } = await actUntil({
    act: () => removeOnce(doomed, engine),
    until: (left) => left.every(({ heldBy = [] }) => heldBy.length > 0),
    deadlineMs: removeDeadlineMs,
    everyMs: 100,
  });
  return seen;
}

/** @returns what is still there, with those who hold it */
async function removeOnce(doomed: Doomed, engine: LabEngine): Promise<Resource[]> {
  await endCompose(doomed);
  await engine.remove(await engineHas(doomed, engine));
  const left = await findAll(doomed, engine);
  for (const network of left.filter(({ kind }) => kind === "network"))
    network.heldBy = await foreignersOn(network.id, left, engine);
  return left;
}

async function findAll(doomed: Doomed, engine: LabEngine): Promise<Resource[]> {
  return [...(await engineHas(doomed, engine)), ...composeOf(doomed)];
}

async function engineHas({ services, ...whose }: Doomed, engine: LabEngine): Promise<Resource[]> {
  const isDoomed = ({ service = "" }: Resource) => services === undefined || services.includes(service);
  return (await engine.resources(whose)).filter(isDoomed);
}

/** Processes of Compose that are on record, and still work for it. */
function composeOf({ name, id, madeFor }: Doomed): Resource[] {
  if (name === undefined) return [];
  const record = readRecord(recordPath({ name, engine: engineAddress() }));
  if (!record || isDamaged(record) || !isAbout(record, id)) return [];
  const all = record.composing.filter(({ owner }) => madeFor === undefined || isSameProcess(owner, madeFor));
  return all.flatMap(processesOf).map((pid) => ({ kind: "process", id: `${pid}`, name: `${pid}`, lab: name }));
}

/** In good order: what is killed at once may leave half of something. What hangs is killed. */
async function endCompose(doomed: Doomed): Promise<void> {
  const sendAll = (signal: NodeJS.Signals) => {
    for (const { name } of composeOf(doomed)) send(Number(name), signal);
  };
  if (composeOf(doomed).length === 0) return;
  sendAll("SIGTERM");
  await waitUntil({
    look: async () => composeOf(doomed).length,
    until: (count) => count === 0,
    deadlineMs: endDeadlineMs,
    everyMs: 50,
  });
  sendAll("SIGKILL");
}

/**
 * Containers on a network that are not the lab's. An engine that died may remember endpoints of containers that are gone, which
 * would keep the network for ever: those are taken off.
 */
async function foreignersOn(network: string, ours: readonly Resource[], engine: LabEngine): Promise<string[]> {
  const others = (await engine.attachedTo(network)).filter((name) => !ours.some((one) => one.name === name));
  if (others.length === 0) return [];
  const existing = await engine.containerNames();
  for (const name of others) if (!existing.has(name)) await engine.detach(network, name);
  return others.filter((name) => existing.has(name)).sort();
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Removing goes on without it: on a full disk, too. */
function announceRemoval(record: RecordOfLab): void {
  try {
    addToRecord(record, { type: "removing" });
  } catch {}
}
