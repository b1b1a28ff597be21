import { exitCodes, LabError } from "../errors.ts";
import { sweep } from "../lab/clean-up-after-dead-commands.ts";
import { lookAtOwner, requireFreeLab } from "../lab/free-lab.ts";
import { idsOf } from "../lab/identity/labels.ts";
import { describeStranger } from "../lab/is-ours.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { labElsewhere } from "../lab/no-lab.ts";
import { removeLab } from "../lab/remove-lab.ts";
import { guardRemoval } from "../record/guard-lab.ts";
import { harmless } from "../report/text.ts";
import { interruptibly } from "../terminal/interrupt.ts";

export interface DownOptions {
  name: string;
  all?: boolean;
  force?: boolean;
}

const unremoved = {
  container: "the engine does not remove it",
  network: "the engine does not remove it",
  volume: "the engine does not remove it",
  process: "it does not end",
};

export async function down(options: DownOptions): Promise<void> {
  await interruptibly("the removal is ended first", ({ signal }) => remove(options, signal));
}

async function remove({ name, all = false, force = false }: DownOptions, signal: AbortSignal): Promise<void> {
  const engine = new LabEngine();
  const { ours, strangers } = await engine.find(all ? {} : { name });
  for (const stranger of strangers) process.stderr.write(`left alone: ${harmless(describeStranger(stranger))}\n`);
  const names = [...new Set(ours.map(({ lab }) => lab))].sort();
  if (names.length === 0)
    process.stdout.write(all ? "There is no lab on this engine.\n" : `There is no lab "${name}".\n`);
  if (names.length === 0 && !all) sayWhereElse(name);
  let count = 0;
  for (const lab of names) {
    if (signal.aborted) return;
    if (!(await mayRemove(lab, engine, { all, force }))) continue;
    count += 1;
    process.stderr.write(`removing the lab "${lab}"\n`);
    const left = [];
    // Not by its name alone: somebody may start another lab of that name in the meantime.
    for (const id of idsOf(await engine.startsOf(lab))) {
      await using _ = guardRemoval({ name: lab, id });
      left.push(...(await removeLab({ name: lab, id, moreMayCome: force }, engine)));
    }
    if (left.length === 0) process.stdout.write(`The lab "${lab}" is removed; nothing is left.\n`);
    for (const { kind, name: resource, heldBy = [] } of left) {
      const why = heldBy.length > 0 ? `in use by ${heldBy.join(", ")}, not the lab's` : unremoved[kind];
      process.stdout.write(`${harmless(`Left behind: ${kind} ${resource} (${why})`)}\n`);
      process.exitCode = exitCodes.leftBehind.code;
    }
  }
  if (count === 0 && names.length > 0) process.stdout.write("No lab is removed.\n");
  if (process.exitCode === undefined) await sweep((text) => process.stderr.write(`lab: ${text}\n`));
}

function sayWhereElse(name: string): void {
  const where = labElsewhere(name);
  if (where) process.stderr.write(`${where}\n`);
}

/**
 * One lab that was named is removed or refused; of all, those are left, and named, that are not this user's or that somebody needs.
 *
 * @throws LabError (`lab-of-another`, `lab-busy`, `lab-in-use`)
 */
async function mayRemove(
  name: string,
  engine: LabEngine,
  { all, force }: { all: boolean; force: boolean },
): Promise<boolean> {
  if (!all) {
    await requireFreeLab(name, engine, { command: "lab down", force });
    return true;
  }
  const { whose, who, what } = (await lookAtOwner(name, engine)) ?? { whose: "mine" };
  if (whose !== "mine") {
    const command = `lab down --name ${name}${whose === "unknown" ? "" : " --force"}`;
    const about = what ? `; ${what}` : "";
    process.stderr.write(`left: the lab "${name}" of ${who}${about}. To remove it all the same: \`${command}\`.\n`);
    return false;
  }
  try {
    await requireFreeLab(name, engine, { command: "lab down", force });
    return true;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    process.stderr.write(`left: ${error.message} ${error.todo}\n`);
    // The lab is this user's, who asked for all of them and has not got that.
    process.exitCode = exitCodes.leftBehind.code;
    return false;
  }
}
