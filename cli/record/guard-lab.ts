import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { clientEnvironment } from "../docker/endpoint.ts";
import { LabError } from "../errors.ts";
import { isSameProcess, type ProcessIdentity, stateOfProcess, thisProcess } from "../host/process-identity.ts";
import type { Lab } from "../lab/identity/lab.ts";
import { nameSuffix } from "../lab/identity/lab-name.ts";
import { byHand } from "../lab/identity/labels.ts";
import { watchdogProgram } from "../paths.ts";
import { labVersion } from "../version.ts";
import {
  addToRecord,
  beginRecord,
  type DamagedRecord,
  dropRecord,
  engineAddress,
  forgetRecord,
  isDamaged,
  type LabRecord,
  type RecordLine,
  readRecord,
  recordPath,
} from "./record.ts";

/**
 * Holds for as long as this process may leave something behind: a record on disk of what it does, and a watchdog, a process of
 * its own that undoes it when this one dies without a word.
 */
export interface Guard extends AsyncDisposable {
  /** Of the lab: in the labels of everything that is started. */
  id: string;
  /** This process, as lines of the record name it. */
  owner: ProcessIdentity;
  /** Puts on record what is about to be done; it is on disk when this returns. */
  note(...lines: Note[]): void;
}

export type Note = Exclude<RecordLine, { type: "started" | "found" }>;

/**
 * For a lab that is about to be started.
 *
 * @throws LabError (`lab-busy`) when another command is starting or using a lab of that name, (`state-unwritable`)
 */
export function guardNewLab(name: string): Guard {
  const path = recordPath({ name, engine: engineAddress() });
  const id = randomUUID();
  // First the watchdog, then the record: there is no instant at which nobody would clean up.
  const dismiss = startWatchdog(path);
  try {
    if (!beginRecord(path, firstLine("started", { name, id }))) {
      // What is on record of a lab that the engine does not have is of no more use, unless somebody is at work on it.
      refuseBusyLab(name);
      dropRecord(path);
      if (!beginRecord(path, firstLine("started", { name, id }))) throw busy(name, "another command");
    }
  } catch (error) {
    void dismiss();
    throw error;
  }
  const note = (...lines: Note[]) => addToRecord({ path, id }, ...lines);
  return { id, owner: thisProcess(), note, [Symbol.asyncDispose]: dismiss };
}

/**
 * For a lab that runs already, whoever started it.
 *
 * @throws LabError (`lab-busy`, `state-unwritable`)
 */
export function guardRunningLab({ name, id }: Pick<Lab, "name" | "id">): Guard {
  const path = recordPath({ name, engine: engineAddress() });
  const begin = () => beginRecord(path, firstLine("found", { name, id }));
  forgetOtherLab(path, { name, id });
  begin();
  return {
    id,
    owner: thisProcess(),
    note(...lines) {
      begin();
      addToRecord({ path, id }, ...lines);
    },
    [Symbol.asyncDispose]: isWatchedAlready(path) ? async () => {} : startWatchdog(path),
  };
}

/**
 * For a lab that is about to be removed: should this process die before it is done, its watchdog goes on. That goes by the record, so
 * one is begun where there is none, as of a lab that was started with another state folder. (Of one that was started by hand no id
 * tells it from a later one: who removes it goes on without.)
 */
export function guardRemoval({ name, id }: Pick<Lab, "name" | "id">): AsyncDisposable {
  const path = recordPath({ name, engine: engineAddress() });
  const dismiss = startWatchdog(path);
  try {
    if (id !== byHand) beginRecord(path, firstLine("found", { name, id }));
  } catch {
    // On a full disk, too, it is removed.
  }
  return { [Symbol.asyncDispose]: dismiss };
}

/**
 * What is on record of another lab of this name is of no more use: that lab is gone, since this one is there.
 *
 * @throws LabError (`lab-busy`) when somebody is at work on it all the same
 */
function forgetOtherLab(path: string, { name, id }: Pick<Lab, "name" | "id">): void {
  const record = readRecord(path);
  if (!record || isDamaged(record) || record.id === id) return;
  refuseBusyLab(name);
  forgetRecord(record);
}

/** This very process started the lab and is going to remove it. */
function isWatchedAlready(path: string): boolean {
  const record = readRecord(path);
  return record !== undefined && !isDamaged(record) && record.stage === "ready" && isThisProcess(record.owner);
}

function isThisProcess(owner: ProcessIdentity): boolean {
  return isSameProcess(owner, thisProcess());
}

function firstLine<Type extends "started" | "found">(type: Type, { name, id }: { name: string; id: string }) {
  const at = new Date().toISOString();
  return {
    type,
    recordVersion: 1,
    id,
    name,
    engine: engineAddress(),
    owner: thisProcess(),
    version: labVersion(),
    at,
  } as const;
}

/**
 * A lab that another command is starting, or is going to remove when it is done, is not to be used by this one.
 *
 * @throws LabError (`lab-busy`)
 */
export function refuseBusyLab(name: string): void {
  const record = readRecord(recordPath({ name, engine: engineAddress() }));
  if (!record || isDamaged(record) || record.found || record.stage === "stays") return;
  const { pid, host } = record.owner;
  if (pid !== process.pid && stateOfProcess(record.owner) !== "dead") throw busy(name, `process ${pid} on ${host}`);
}

export function busy(name: string, who: string): LabError {
  const suffix = nameSuffix(name);
  return new LabError(`The lab "${name}" belongs to ${who}, which is still at work.`, {
    id: "lab-busy",
    todo: `Wait for it, choose another name with --name, or remove it with \`lab down${suffix} --force\`.`,
    exit: "environment",
  });
}

/** Nothing of this process would have to be undone if it died now. */
function isSettled(record: LabRecord | DamagedRecord): boolean {
  if (isDamaged(record)) return true;
  // Whoever started it: it is on record no more when all of it is gone.
  if (record.stage === "removing") return false;
  const stays = record.found || record.stage === "stays" || !isThisProcess(record.owner);
  return stays && ![...record.broken, ...record.adding].some(({ owner }) => isThisProcess(owner));
}

/** A watchdog that is killed is replaced so often, by the one that is on disk then; after that somebody means it. */
const mostWatchdogs = 5;

/** @returns what sends the watchdog away: nothing is left to watch over */
function startWatchdog(path: string): () => Promise<void> {
  let isWanted = true;
  let count = 0;
  const start = () => {
    count += 1;
    // Its stdin is the leash: the kernel closes it whatever this process dies of. A session of its own: no Ctrl-C reaches it.
    const child = spawn(process.execPath, [watchdogProgram, path], {
      cwd: "/",
      env: { ...process.env, ...clientEnvironment() },
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    child.once("exit", () => {
      if (isWanted && count < mostWatchdogs) watchdog = start();
    });
    // Without a watchdog the next command cleans up.
    child.on("error", () => {});
    child.stdin.on("error", () => {});
    child.unref();
    (child.stdin as unknown as { unref(): void }).unref();
    return child;
  };
  let watchdog = start();
  const dismiss = async () => {
    if (!isWanted) return;
    isWanted = false;
    process.off("beforeExit", dismiss);
    const record = readRecord(path);
    if (record && !isSettled(record)) return;
    if (watchdog.exitCode !== null || watchdog.signalCode !== null || watchdog.pid === undefined) return;
    watchdog.ref();
    const gone = once(watchdog, "exit");
    // It may still be loading its code: by no signal that it could see would it go at once.
    watchdog.kill("SIGKILL");
    await gone;
  };
  // At the end of the process at the latest: nothing remains of a command, this helper included.
  process.on("beforeExit", dismiss);
  return dismiss;
}
