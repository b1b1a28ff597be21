import { processesWith } from "../lab/process-identity.ts";
import { addToRecord, dropRecord, engineAddress, isDamaged, readRecord, recordPath } from "../lab/record.ts";
import type { Lab } from "../lab/topology.ts";
import { waitUntil } from "../wait.ts";
import type { Engine, Resource, Whose } from "./engine.ts";

/** How often removing is tried: a network goes only when its containers are gone, and a killed Compose may still create some. */
const attempts = 3;
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
  let found: Resource[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    const processes = id === undefined ? [] : processesWith(`LAB_ID=${id}`);
    for (const pid of processes) endNow(pid);
    found = await engine.resources(whose);
    if (found.length === 0 && processes.length === 0) return [];
    await engine.remove(found);
    await detachTheDead(found, engine);
  }
  const processes = id === undefined ? [] : processesWith(`LAB_ID=${id}`);
  const left = [
    ...(await engine.resources(whose)),
    ...processes.map((pid) => ({ kind: "process", name: `${pid}`, lab: whose.name ?? "" }) as const),
  ];
  return Promise.all(
    left.map(async (one) => (one.kind === "network" ? { ...one, heldBy: await holders(one, engine) } : one)),
  );
}

/** An engine that died may remember endpoints of containers that are gone: they would keep the network for ever. */
async function detachTheDead(found: readonly Resource[], engine: Engine): Promise<void> {
  for (const { kind, name: network } of found) {
    if (kind !== "network") continue;
    const attached = await engine.attachedTo(network);
    if (attached.length === 0) continue;
    const existing = await engine.containerNames();
    for (const container of attached) if (!existing.has(container)) await engine.detach(network, container);
  }
}

async function holders({ name }: Resource, engine: Engine): Promise<string[]> {
  return (await engine.attachedTo(name)).sort();
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
