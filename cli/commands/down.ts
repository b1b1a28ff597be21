import type { Command } from "commander";
import { forceOption, nameOption } from "./options.ts";

interface DownOptions {
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

export function addDown(program: Command): void {
  program
    .command("down")
    .description("remove a lab: containers, network, volumes; then look whether anything is left")
    .addOption(nameOption())
    .option("--all", "remove every lab of yours on this engine; names those of others, and leaves them")
    .addOption(forceOption())
    .action(async (options: DownOptions) => {
      const { interruptibly } = await import("../terminal/interrupt.ts");
      await interruptibly("the removal is ended first", ({ signal }) => down(options, signal));
    });
}

async function down({ name, all = false, force = false }: DownOptions, signal: AbortSignal): Promise<void> {
  const [
    { Engine },
    { guardRemoval },
    { describeStranger },
    { removeLab },
    { exitCodes },
    { idsOf },
    { harmless },
    { sweep },
  ] = await Promise.all([
    import("../docker/engine.ts"),
    import("../record/guard-lab.ts"),
    import("../docker/is-ours.ts"),
    import("../lab/remove-lab.ts"),
    import("../errors.ts"),
    import("../lab/labels.ts"),
    import("../report/text.ts"),
    import("../lab/clean-up-after-dead-commands.ts"),
  ]);
  const engine = new Engine();
  const { ours, strangers } = await engine.find(all ? {} : { name });
  for (const stranger of strangers) process.stderr.write(`left alone: ${harmless(describeStranger(stranger))}\n`);
  const names = [...new Set(ours.map(({ lab }) => lab))].sort();
  if (names.length === 0)
    process.stdout.write(all ? "There is no lab on this engine.\n" : `There is no lab "${name}".\n`);
  if (names.length === 0 && !all) await sayWhereElse(name);
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

async function sayWhereElse(name: string): Promise<void> {
  const { labElsewhere } = await import("./lab-elsewhere.ts");
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
  engine: Engine,
  { all, force }: { all: boolean; force: boolean },
): Promise<boolean> {
  const [{ lookAtOwner, requireFreeLab }, { exitCodes, LabError }] = await Promise.all([
    import("../lab/free-lab.ts"),
    import("../errors.ts"),
  ]);
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
    // One's own: whoever asked for all of them has not got what he wanted.
    process.exitCode = exitCodes.leftBehind.code;
    return false;
  }
}

type Engine = import("../docker/engine.ts").Engine;
