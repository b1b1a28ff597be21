import { processesWith } from "../lab/process-identity.ts";
import { addToRecord, dropRecord, engineAddress, isDamaged, readRecord, recordPath } from "../lab/record.ts";
import type { Lab } from "../lab/topology.ts";
import { waitUntil } from "../wait.ts";
import type { Engine, Resource, Whose } from "./engine.ts";

/** Somebody else may be removing the same things at the same moment, and the engine take its time. */
const removeDeadlineMs = 5_000;
/** Nothing new for so long means that the engine has no order of a killed Compose left to carry out. */
const quietMs = 2_000;
const quietDeadlineMs = 10_000;

/**
 * Removes all of a lab by its labels, in whatever shape it is, and its record; then looks whether anything is left.
 *
 * @returns what is still there afterwards (containers, networks, volumes, processes): nothing, if all went well
 * @throws LabError (`engine-down`, ...); the record is kept then, and the next command tries again
 */
export async function removeLab({ name }: Pick<Lab, "name">, engine: Engine): Promise<Resource[]> {
  const path = recordPath({ name, engine: engineAddress() });
  const record = readRecord(path);
  const id = record && !isDamaged(record) ? record.id : undefined;
  if (id !== undefined) announceRemoval(path);
  const left = await removeAll({ name }, engine, id);
  if (left.length === 0) dropRecord(path);
  return left;
}

/** Like `removeAll`, for a lab whose Compose was killed: goes on until nothing new appears. */
export async function removeUntilQuiet(whose: Whose & { id: string }, engine: Engine): Promise<Resource[]> {
  let quietSince = Number.NaN;
  const { seen } = await waitUntil({
    look: async () => {
      const found = await engine.resources(whose);
      if (found.length > 0) quietSince = Number.NaN;
      else if (Number.isNaN(quietSince)) quietSince = performance.now();
      return found.length > 0 ? removeAll(whose, engine, whose.id) : [];
    },
    until: () => performance.now() - quietSince >= quietMs,
    deadlineMs: quietDeadlineMs,
    everyMs: 200,
  });
  return seen;
}

/**
 * Ends Compose where it still works for this lab, then removes everything that carries the labels.
 *
 * @param id the `LAB_ID` by which the lab's processes are known
 * @returns what is left
 */
export async function removeAll(whose: Whose, engine: Engine, id = whose.id): Promise<Resource[]> {
  const { seen } = await waitUntil({
    look: () => removeOnce(whose, engine, id),
    until: (left) => left.every(({ heldBy = [] }) => heldBy.length > 0),
    deadlineMs: removeDeadlineMs,
    everyMs: 100,
  });
  return seen;
}

/** @returns what is still there, with those who hold it */
async function removeOnce(whose: Whose, engine: Engine, id: string | undefined): Promise<Resource[]> {
  const processes = () => (id === undefined ? [] : processesWith(`LAB_ID=${id}`));
  for (const pid of processes()) endNow(pid);
  const found = await engine.resources(whose);
  await engine.remove(found);
  const left = found.length > 0 ? await engine.resources(whose) : [];
  for (const network of left.filter(({ kind }) => kind === "network"))
    network.heldBy = await foreignersOn(network.name, left, engine);
  return [...left, ...processes().map((pid) => ({ kind: "process", name: `${pid}`, lab: whose.name ?? "" }) as const)];
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
function announceRemoval(path: string): void {
  try {
    addToRecord(path, { type: "removing" });
  } catch {}
}
