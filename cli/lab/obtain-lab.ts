import { LabError } from "../errors.ts";
import { type Guard, guardRunningLab } from "../record/guard-lab.ts";
import type { Interrupt } from "../terminal/interrupt.ts";
import { addServers } from "./add-servers.ts";
import { claimLab } from "./claim-lab.ts";
import { type FreeLabOptions, requireFreeLab } from "./free-lab.ts";
import { requireWell } from "./heal-services.ts";
import type { Lab } from "./identity/lab.ts";
import { nameSuffix } from "./identity/lab-name.ts";
import type { LabEngine, Resource } from "./lab-engine.ts";
import { noLab } from "./no-lab.ts";
import { removeLab, removeOwnLab } from "./remove-lab.ts";
import { findLab, reviveLab, startLab } from "./start-lab.ts";

/** Which lab a command wants, and what may be done to get it. */
export interface WantedLab {
  name: string;
  engine: LabEngine;
  /** Optional servers that the command needs, by Compose profile. */
  profiles?: readonly string[];
  /** The command changes the lab, or is disturbed by others: it asks `requireFreeLab` first. */
  free?: Omit<FreeLabOptions, "wait"> & {
    /** Waits for a run in progress; undefined for a command that has no `--wait`. */
    wait?: boolean;
  };
  /** What is not there is started: a lab, and optional servers in one that runs. Otherwise it is an error. */
  start?: Start;
  /** Ends the waiting, and the starting. */
  signal?: AbortSignal;
  /** Told what is going on; by default people are, on stderr. */
  say?: (text: string) => void;
}

export interface Start {
  /** Strict when given; otherwise the first free one from 8080 on. Of a lab that is started here. */
  port?: number;
  /** Whether a lab that is started here outlives the command. */
  stays: boolean;
  /** The second Ctrl-C removes at once what is being started here, and what is not going to stay. */
  interrupt?: Pick<Interrupt, "onSecond">;
  /** Optional servers of a lab that is started here, besides `profiles`. */
  alsoWith?: readonly string[];
  /**
   * What has to hold of a lab that runs. `alive`: whatever of it is dead is brought back. `well`: it is refused unless all of it is in
   * good order. By default it may be broken, as somebody may have meant it. One that is stopped as a whole is started again in any case.
   */
  mustBe?: "alive" | "well";
}

/**
 * The lab that a command wants: found, or started.
 *
 * @throws LabError (`no-lab`, `lab-of-another`, `lab-busy`, `lab-in-use`, `profile-missing`, `lab-unwell`, and those of starting one);
 * the signal's reason when it was interrupted
 */
export async function obtainLab(wanted: WantedLab): Promise<Lab> {
  const { lab, isNew } = await findOrStart(wanted);
  return isNew ? lab : makeReady(lab, wanted);
}

/** A lab that is in use, and what this process notes of that. */
export interface LabInUse {
  lab: Lab;
  engine: LabEngine;
  guard: Guard;
}

/** A lab on which this process alone measures, until it is closed. */
export interface HeldLab extends LabInUse, AsyncDisposable {
  /** This command started it and has to give it back. */
  isOurs: boolean;
  /** Removes it if it is ours. @returns what could not be removed */
  giveBack(): Promise<Resource[]>;
}

export interface HoldOptions extends Omit<WantedLab, "free"> {
  start: Start;
  signal: AbortSignal;
  say: (text: string) => void;
  /** What is measured, as others are told it, e.g. `lab scenario server-crash`. */
  what: string;
  /** It counts what the stores hold: no other command may log anybody in meanwhile. */
  countsSessions: boolean;
  /** Wait for a run in progress to end, instead of being refused. */
  wait?: boolean;
}

/**
 * The same for a command that measures: until it closes the lab, no other command may disturb it.
 *
 * @throws LabError as `obtainLab`
 */
export async function holdLab(wanted: HoldOptions): Promise<HeldLab> {
  const { engine, start, what, countsSessions, wait, signal, say } = wanted;
  const { lab, isNew } = await findOrStart({ ...wanted, free: { beside: "runs" } });
  const isOurs = isNew && !start.stays;
  const guard = guardRunningLab(lab);
  let claim: Disposable | undefined;
  const close = async () => {
    claim?.[Symbol.dispose]();
    await guard[Symbol.asyncDispose]();
  };
  const giveBack = async () => {
    if (!isOurs) return [];
    say("removing the lab");
    return removeLab(lab, engine);
  };
  try {
    // One that this command is going to remove is refused to everybody else (`lab-busy`).
    if (!isOurs)
      claim = await claimLab(lab, guard, {
        what,
        countsSessions,
        signal,
        say,
        ...(wait === undefined ? {} : { wait }),
      });
    const ready = isNew ? lab : await makeReady(lab, wanted);
    return { lab: ready, engine, isOurs, guard, giveBack, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function findOrStart(wanted: WantedLab): Promise<{ lab: Lab; isNew: boolean }> {
  const { name, engine, start, signal } = wanted;
  // A command that starts labs asks before it looks: the engine does not have a lab yet that another command is about to start.
  if (start) await unlessAborted(requireFree(wanted), signal);
  const running = await unlessAborted(findLab(name, engine), signal);
  if (!running && !start) throw await noLab(name, engine);
  if (!start) await requireFree(wanted);
  return running ? { lab: running, isNew: false } : { lab: await startNew(wanted, start!), isNew: true };
}

async function requireFree({ name, engine, free, signal = never, say = sayToPeople }: WantedLab): Promise<void> {
  if (!free) return;
  const { wait, ...options } = free;
  await requireFreeLab(name, engine, { ...options, ...(wait === undefined ? {} : { wait: { wait, signal, say } }) });
}

async function startNew(wanted: WantedLab, start: Start): Promise<Lab> {
  const { name, engine, profiles = [], signal = never, say = sayToPeople } = wanted;
  const { port, stays, interrupt, alsoWith = [] } = start;
  if (interrupt) interrupt.onSecond = async () => void (await removeOwnLab({ name }, engine));
  const lab = await startLab({
    name,
    stays,
    engine,
    signal,
    say,
    profiles: [...new Set([...profiles, ...alsoWith])],
    ...(port === undefined ? {} : { port }),
  });
  if (interrupt && stays) interrupt.onSecond = undefined;
  return lab;
}

async function makeReady(lab: Lab, wanted: WantedLab): Promise<Lab> {
  const { engine, profiles = [], start, signal = never, say = sayToPeople } = wanted;
  const missing = profiles.filter((profile) => !lab.profiles.includes(profile));
  if (!start && missing.length > 0) throw profileMissing(lab.name, missing);
  if (!start) return lab;
  if (start.mustBe === "alive") {
    say(`the lab "${lab.name}" exists already; making sure that all of it answers`);
    await reviveLab(lab, engine, signal);
  } else if ((await engine.states(lab)).every(({ running }) => !running)) {
    // After a restart of the engine its containers are all there, and all dead.
    say(`the lab "${lab.name}" is stopped: starting it again`);
    await reviveLab(lab, engine, signal);
  }
  if (start.mustBe === "well") await requireWell(lab, engine);
  if (missing.length === 0) return lab;
  say(`starting ${missing.join(", ")} in the lab "${lab.name}", for as long as that runs`);
  return addServers(lab, missing, { engine, signal });
}

function profileMissing(name: string, missing: readonly string[]): LabError {
  return new LabError(`The lab "${name}" runs without ${missing.join(", ")}.`, {
    id: "profile-missing",
    todo: `Run \`lab up${nameSuffix(name)} --with ${missing.join(",")}\`, which starts it there; or choose another store.`,
    exit: "environment",
  });
}

/** An engine that is silent answers no faster because somebody ends the command. */
async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal = never): Promise<Value> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener("abort", abort);
  try {
    if (signal.aborted) abort();
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

const never = new AbortController().signal;

function sayToPeople(text: string): void {
  process.stderr.write(`${text}\n`);
}
