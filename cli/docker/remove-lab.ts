import { actUntil } from "../act-until.ts";
import { processesWith } from "../lab/process-identity.ts";
import {
  addToRecord,
  dropRecord,
  engineAddress,
  isDamaged,
  type RecordOfLab,
  readRecord,
  recordPath,
} from "../lab/record.ts";
import type { Lab } from "../lab/topology.ts";
import type { Engine, Resource, Whose } from "./engine.ts";
import { untilQuiet } from "./until-quiet.ts";

/** Somebody else may be removing the same things at the same moment, and the engine take its time. */
const removeDeadlineMs = 5_000;

/** What is to be removed. */
export interface Doomed extends Whose {
  /** Only the containers and volumes of these services; otherwise everything, the network included. */
  services?: readonly string[];
  /** By this line of their environment the processes are known that still make more of it, e.g. `LAB_ID=4f...`: they are ended first. */
  madeBy?: string;
}

/** All of one start of a lab. */
export function allOf({ name, id }: Pick<Lab, "name" | "id">): Doomed {
  return { name, id, madeBy: `LAB_ID=${id}` };
}

/**
 * Removes all of a lab by its labels, in whatever shape it is, and its record; then looks whether anything is left.
 * @returns what is still there afterwards (containers, networks, volumes, processes): nothing, if all went well
 * @throws LabError (`engine-down`, ...); the record is kept then, and the next command tries again
 */
export async function removeLab({ name }: Pick<Lab, "name">, engine: Engine): Promise<Resource[]> {
  const path = recordPath({ name, engine: engineAddress() });
  const record = readRecord(path);
  const { id, stage } = record && !isDamaged(record) ? record : {};
  if (id !== undefined) announceRemoval({ path, id });
  const doomed = { name, ...(id === undefined ? {} : { madeBy: `LAB_ID=${id}` }) };
  // Its Compose is killed if it still works, and the engine may carry out its orders later.
  const left = stage === "starting" ? await removeUntilQuiet(() => [doomed], engine) : await removeAll(doomed, engine);
  if (left.length === 0) dropRecord(path);
  return left;
}

/**
 * Like `removeAll`, where Compose was killed or is to be: goes on until nothing new appears.
 *
 * @param doomedNow asked anew each time: somebody else may have done it
 */
export async function removeUntilQuiet(doomedNow: () => readonly Doomed[], engine: Engine): Promise<Resource[]> {
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
export async function removeAll(doomed: Doomed, engine: Engine): Promise<Resource[]> {
  const { seen } = await actUntil({
    act: () => removeOnce(doomed, engine),
    until: (left) => left.every(({ heldBy = [] }) => heldBy.length > 0),
    deadlineMs: removeDeadlineMs,
    everyMs: 100,
  });
  return seen;
}

/** @returns what is still there, with those who hold it */
async function removeOnce(doomed: Doomed, engine: Engine): Promise<Resource[]> {
  for (const { name } of processesOf(doomed)) endNow(Number(name));
  await engine.remove(await engineHas(doomed, engine));
  const left = await findAll(doomed, engine);
  for (const network of left.filter(({ kind }) => kind === "network"))
    network.heldBy = await foreignersOn(network.id, left, engine);
  return left;
}

async function findAll(doomed: Doomed, engine: Engine): Promise<Resource[]> {
  return [...(await engineHas(doomed, engine)), ...processesOf(doomed)];
}

async function engineHas({ services, ...whose }: Doomed, engine: Engine): Promise<Resource[]> {
  const isDoomed = ({ service = "" }: Resource) => services === undefined || services.includes(service);
  return (await engine.resources(whose)).filter(isDoomed);
}

function processesOf({ name = "", madeBy }: Doomed): Resource[] {
  const pids = madeBy === undefined ? [] : processesWith(madeBy);
  return pids.map((pid) => ({ kind: "process", id: `${pid}`, name: `${pid}`, lab: name }));
}

/**
 * Containers on a network that are not the lab's. An engine that died may remember endpoints of containers that are gone, which
 * would keep the network for ever: those are taken off.
 */
async function foreignersOn(network: string, ours: readonly Resource[], engine: Engine): Promise<string[]> {
  const others = (await engine.attachedTo(network)).filter((name) => !ours.some((one) => one.name === name));
  if (others.length === 0) return [];
  const existing = await engine.containerNames();
  for (const name of others) if (!existing.has(name)) await engine.detach(network, name);
  return others.filter((name) => existing.has(name)).sort();
}

function endNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
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
