import type { Command } from "commander";
import { nameOption } from "./options.ts";

interface DownOptions {
  name: string;
  all?: boolean;
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
    .option("--all", "remove every lab on this engine, by label")
    .action(async (options: DownOptions) => {
      const { interruptibly } = await import("../interrupt.ts");
      await interruptibly("the removal is ended first", ({ signal }) => down(options, signal));
    });
}

async function down({ name, all }: DownOptions, signal: AbortSignal): Promise<void> {
  const [{ Engine }, { guardRemoval }, { describeStranger }, { removeLab }, { exitCodes }, { harmless }, { sweep }] =
    await Promise.all([
      import("../docker/engine.ts"),
      import("../docker/guard-lab.ts"),
      import("../docker/is-ours.ts"),
      import("../docker/remove-lab.ts"),
      import("../errors.ts"),
      import("../report/text.ts"),
      import("../sweep.ts"),
    ]);
  const engine = new Engine();
  const { ours, strangers } = await engine.find(all ? {} : { name });
  for (const stranger of strangers) process.stderr.write(`left alone: ${harmless(describeStranger(stranger))}\n`);
  const names = [...new Set(ours.map(({ lab }) => lab))].sort();
  if (names.length === 0)
    process.stdout.write(all ? "There is no lab on this engine.\n" : `There is no lab "${name}".\n`);
  if (names.length === 0 && !all) await sayWhereElse(name);
  for (const lab of names) {
    if (signal.aborted) return;
    process.stderr.write(`removing the lab "${lab}"\n`);
    await using _ = guardRemoval({ name: lab });
    const left = await removeLab({ name: lab }, engine);
    if (left.length === 0) process.stdout.write(`The lab "${lab}" is removed; nothing is left.\n`);
    for (const { kind, name: resource, heldBy = [] } of left) {
      const why = heldBy.length > 0 ? `in use by ${heldBy.join(", ")}, not the lab's` : unremoved[kind];
      process.stdout.write(`${harmless(`Left behind: ${kind} ${resource} (${why})`)}\n`);
      process.exitCode = exitCodes.leftBehind.code;
    }
  }
  if (process.exitCode === undefined) await sweep((text) => process.stderr.write(`lab: ${text}\n`));
}

async function sayWhereElse(name: string): Promise<void> {
  const { labElsewhere } = await import("./lab-elsewhere.ts");
  const where = labElsewhere(name);
  if (where) process.stderr.write(`${where}\n`);
}
