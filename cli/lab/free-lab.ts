import { LabError } from "../errors.ts";
import { thisProcess, thisUser } from "../host/process-identity.ts";
import { refuseBusyLab } from "../record/guard-lab.ts";
import { type Ownership, ownershipOf } from "../record/ownership.ts";
import { allRecords, isDamaged, recordsHere } from "../record/record.ts";
import { refuseDuringRun, untilNoRun } from "./claim-lab.ts";
import { nameSuffix } from "./identity/lab-name.ts";
import type { LabEngine } from "./lab-engine.ts";

export interface FreeLabOptions {
  /** It is to be done all the same: nothing is asked. */
  force?: boolean;
  /** What would be typed with `--force` behind it, e.g. `lab down`; of a command that knows no `--force`, nothing. */
  command?: string;
  /**
   * Beside what of this user it may be done: `runs`, for who claims the lab before a run of his own; `commands`, for who changes nothing
   * without having looked again.
   */
  beside?: "nothing" | "runs" | "commands";
  /** Runs in progress are waited for, instead of being refused; of a command that does not know `--wait`, nothing. */
  wait?: { wait: boolean; signal: AbortSignal; say: (text: string) => void };
}

/**
 * Every command that changes, uses or removes a lab asks here first: the lab has to be this user's, and no other command may be at work on
 * it. A process that cannot be looked at counts as one at work. Where there is nothing of that name, the answer is yes.
 *
 * @throws LabError (`lab-of-another`, `lab-busy`, `lab-in-use`) saying who, what, and how to do it all the same
 */
export async function requireFreeLab(
  name: string,
  engine: LabEngine,
  { force = false, command, beside = "nothing", wait }: FreeLabOptions = {},
): Promise<void> {
  if (force) return;
  if (beside !== "commands") refuseBusyLab(name);
  const found = await lookAtOwner(name, engine);
  if (found?.whose === "another's") throw ofAnother(name, found, command);
  const isBusy = beside === "commands" ? found?.atWork === "unknown" : found !== undefined && found.atWork !== "no";
  if (isBusy) throw atWork(name, found!, command);
  if (beside !== "nothing") return;
  if (wait) await untilNoRun(name, wait);
  else refuseDuringRun(name);
}

/** Undefined where there is nothing of a lab of that name. */
export async function lookAtOwner(name: string, engine: LabEngine): Promise<Ownership | undefined> {
  return ownershipOf({
    starts: await engine.startsOf(name),
    records: allRecords().flatMap((record) => (isDamaged(record) ? [] : [record])),
    me: { ...thisProcess(), user: thisUser(), records: recordsHere() },
  });
}

function ofAnother(name: string, { who, what }: Ownership, command: string | undefined): LabError {
  return new LabError(`The lab "${name}" belongs to ${who}${what ? `; ${what}` : ""}.`, {
    id: "lab-of-another",
    todo: otherwise(name, command, "If it is to be this one all the same"),
    exit: "environment",
  });
}

function atWork(name: string, { who, what }: Ownership, command: string | undefined): LabError {
  return new LabError(`The lab "${name}" of ${who} may be in use: ${what}.`, {
    id: "lab-busy",
    todo: otherwise(name, command, "If nobody needs it any more"),
    exit: "environment",
  });
}

function otherwise(name: string, command: string | undefined, condition: string): string {
  const suffix = nameSuffix(name);
  const other = "Use another lab: --name other.";
  return command === undefined ? other : `${other} ${condition}: \`${command}${suffix} --force\`.`;
}
