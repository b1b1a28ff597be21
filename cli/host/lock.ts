import { randomUUID } from "node:crypto";
import { readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../errors.ts";
import { recordsFolder } from "../paths.ts";
import { makeFolder } from "./make-folder.ts";
import { parsePlainJson } from "./plain-json.ts";
import { type ProcessIdentity, stateOfProcess, thisProcess } from "./process-identity.ts";

/** Something that one process at a time does. */
export interface Lock {
  path: string;
  /** What its holder does, as the error says it, e.g. `changing the balancers' lists of the lab "lab"`. */
  what: string;
  /** How long one and the same hold is waited for: longer than what is done under it takes by its own deadlines. */
  deadlineMs?: number;
  signal?: AbortSignal;
}

/** Who holds a lock, and since when (ISO 8601). No two holds are the same. */
interface Hold extends ProcessIdentity {
  since: string;
  id: string;
}

/** What is done under a lock asks the engine, whose silence ends after 60 s (`answerDeadlineMs` in cli/docker/docker-api.ts). */
const holdDeadlineMs = 90_000;
const everyMs = 10;
/** Of the names of locks. */
export const lockEnding = ".lock";

/**
 * Does something while no other process does that holds the same lock. A lock is a symbolic link that points to nowhere: its name is
 * the lock, its target says who holds it, and both come into being at once or not at all (symlink(2)). A holder that died, by SIGKILL
 * or a power cut, holds nothing. Locks lie beside the records of labs: who has another `LAB_HOME`, or reaches the same engine by another
 * address, does not see them. Where nothing can be written there, it is done without: nobody must be kept from removing a lab.
 *
 * @throws LabError (`locked`) when somebody else has held it for too long
 * @throws the reason of the signal, when that comes first
 */
export async function underLock<Value>(lock: Lock, act: () => Promise<Value>): Promise<Value> {
  await take(lock);
  try {
    return await act();
  } finally {
    giveBack(lock.path);
  }
}

/** Removes the locks of the dead: of each whose next holder has not come yet. Never throws. */
export function dropDeadLocks(folder = recordsFolder()): void {
  try {
    const files = readdirSync(folder).filter((file) => file.endsWith(lockEnding));
    for (const file of files) takeFromTheDead(join(folder, file));
  } catch {}
}

/** Paths of the locks that this process holds. */
const held = new Set<string>();
process.on("exit", () => {
  for (const path of held) giveBack(path);
});

function giveBack(path: string): void {
  if (held.delete(path)) rmSync(path, { force: true });
}

async function take({ path, what, deadlineMs = holdDeadlineMs, signal }: Lock): Promise<void> {
  let last = "";
  let since = performance.now();
  for (;;) {
    signal?.throwIfAborted();
    const [how, target] = tryToTake(path);
    if (how === "taken") held.add(path);
    if (how !== "held") return;
    // Where one hold follows the other, everybody goes on, if slowly.
    if (target !== last) since = performance.now();
    last = target;
    if (performance.now() - since >= deadlineMs) throw locked(path, what, holdOf(target));
    takeFromTheDead(path);
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}

/** `unwritable`: there can be no lock. */
function tryToTake(path: string): ["taken" | "unwritable"] | ["held", target: string] {
  try {
    place(path);
    return ["taken"];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") return ["unwritable"];
    return ["held", targetOf(path)];
  }
}

let me: ProcessIdentity | undefined;

function place(path: string): void {
  me ??= thisProcess();
  const hold: Hold = { ...me, since: new Date().toISOString(), id: randomUUID() };
  const target = JSON.stringify(hold);
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    makeFolder(dirname(path));
    symlinkSync(target, path);
  }
}

/**
 * Two who see the same dead holder must not both remove its lock: the second might remove what the first has taken since. So whoever
 * removes one holds the lock of its heirs, which may in turn have a dead holder.
 */
function takeFromTheDead(path: string): void {
  if (!isDead(targetOf(path))) return;
  const heirs = `${path}.heirs${lockEnding}`;
  const [how] = tryToTake(heirs);
  if (how === "held") takeFromTheDead(heirs);
  if (how !== "taken") return;
  try {
    if (isDead(targetOf(path))) rmSync(path, { force: true });
  } finally {
    rmSync(heirs, { force: true });
  }
}

/** "" when there is none by now, or what has the name is no lock. */
function targetOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** Undefined where nobody of the lab has written it. */
function holdOf(target: string): Hold | undefined {
  try {
    const hold = parsePlainJson(target) as Hold;
    const { pid, startedAt, bootId, host, pidNamespace, since } = hold;
    const texts = [startedAt, bootId, host, pidNamespace, since];
    return Number.isInteger(pid) && texts.every((text) => typeof text === "string") ? hold : undefined;
  } catch {
    return undefined;
  }
}

function isDead(target: string): boolean {
  const hold = holdOf(target);
  return hold !== undefined && stateOfProcess(hold) === "dead";
}

function locked(path: string, what: string, hold: Hold | undefined): LabError {
  const message = hold
    ? `Process ${hold.pid} on ${hold.host} has been ${what} since ${hold.since}.`
    : `${path}, which nobody of the lab has written, is in the way of ${what}.`;
  return new LabError(message, {
    id: "locked",
    todo: hold
      ? `Wait until it is done, or end it (kill ${hold.pid}); if there is no such process, remove ${path}. Then run the command again.`
      : "Remove it, and run the command again.",
    exit: "environment",
  });
}
