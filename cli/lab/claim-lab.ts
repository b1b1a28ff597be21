import { LabError } from "../errors.ts";
import { isSameProcess, stateOfProcess, thisProcess } from "../host/process-identity.ts";
import type { Guard } from "../record/guard-lab.ts";
import { engineAddress, isDamaged, type Running, readRecord, recordPath } from "../record/record.ts";
import { waitUntil } from "../wait.ts";
import type { Lab } from "./identity/lab.ts";
import { nameSuffix } from "./identity/lab-name.ts";

/** Longer than any run: whoever waits may press Ctrl-C. */
const patienceMs = 24 * 60 * 60 * 1_000;

export interface Claim {
  /** What is measured, as others are told it, e.g. `lab scenario server-crash`. */
  what: string;
  /** It counts what the stores hold: nobody else may log in meanwhile. */
  countsSessions?: boolean;
  /** Wait for a run in progress to end, instead of being refused. */
  wait?: boolean;
  signal: AbortSignal;
  /** Told what is waited for. */
  say: (text: string) => void;
}

/**
 * From now until the end of it this process measures on the lab, and whoever would disturb that is refused. Within this process a
 * claim may be made again.
 *
 * @throws LabError (`lab-in-use`) when another process has claimed it before, (`lab-removed`, `state-unwritable`)
 */
export async function claimLab({ name }: Pick<Lab, "name">, guard: Guard, claim: Claim): Promise<Disposable> {
  const { what, countsSessions = false, wait = false, signal, say } = claim;
  const { owner } = guard;
  if (claimsOn(name).some((other) => isSameProcess(other.owner, owner))) return { [Symbol.dispose]: () => {} };
  for (;;) {
    guard.note({ type: "running", what, countsSessions, owner });
    // Of two that claim it at the same moment, the one whose line comes first has it.
    const [first] = claimsOn(name);
    if (!first || isSameProcess(first.owner, owner)) return { [Symbol.dispose]: () => release(guard) };
    release(guard);
    if (!wait) throw inUse(name, first);
    say(`waiting for ${sayWho(first)} to end`);
    await waitUntil({
      look: async () => claimsOn(name).length === 0,
      until: (isFree) => isFree,
      deadlineMs: patienceMs,
      everyMs: 200,
      signal,
    });
    signal.throwIfAborted();
  }
}

/** A lab that somebody else has removed meanwhile has no record to write to. */
function release(guard: Guard): void {
  try {
    guard.note({ type: "ran", owner: guard.owner });
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
  }
}

/**
 * For whatever would disturb a run of another process.
 *
 * @param options.byLogin it logs somebody in or out, which disturbs only who counts sessions
 * @throws LabError (`lab-in-use`)
 */
export function refuseDuringRun(name: string, { byLogin = false }: { byLogin?: boolean } = {}): void {
  const run = runInProgress(name);
  if (run && (!byLogin || run.countsSessions)) throw inUse(name, run, { canWait: false });
}

/**
 * Like `refuseDuringRun`, for a command that was told to wait: returns when no other process measures on the lab.
 *
 * @throws LabError (`lab-in-use`) without `wait`
 */
export async function untilNoRun(
  name: string,
  { wait, signal, say }: Pick<Claim, "wait" | "signal" | "say">,
): Promise<void> {
  const run = runInProgress(name);
  if (!run) return;
  if (!wait) throw inUse(name, run);
  say(`waiting for ${sayWho(run)} to end`);
  await waitUntil({
    look: async () => runInProgress(name),
    until: (other) => other === undefined,
    deadlineMs: patienceMs,
    everyMs: 200,
    signal,
  });
  signal.throwIfAborted();
}

/** What another process, which may still be alive, measures on the lab of this name. */
export function runInProgress(name: string): Running | undefined {
  const here = thisProcess();
  return claimsOn(name).find(({ owner }) => !isSameProcess(owner, here));
}

function claimsOn(name: string): Running[] {
  const record = readRecord(recordPath({ name, engine: engineAddress() }));
  if (!record || isDamaged(record)) return [];
  return record.running.filter(({ owner }) => stateOfProcess(owner) !== "dead");
}

/** @param options.canWait the command knows `--wait` */
function inUse(name: string, run: Running, { canWait = true }: { canWait?: boolean } = {}): LabError {
  const suffix = nameSuffix(name);
  return new LabError(`On the lab "${name}" ${sayWho(run)} is in progress, and this would disturb it.`, {
    id: "lab-in-use",
    todo: `Wait for it${canWait ? " (--wait does)" : ""}, or use another lab: \`lab up --name other\`. \`lab down${suffix} --force\` removes this one.`,
    exit: "environment",
  });
}

function sayWho({ what, owner: { pid, host } }: Running): string {
  return `"${what}" of process ${pid} on ${host}`;
}
