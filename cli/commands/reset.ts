import type { Command } from "commander";
import { defaultName } from "../lab/topology.ts";
import { forceOption, nameOption, waitOption } from "./options.ts";

export function addReset(program: Command): void {
  program
    .command("reset")
    .description("make the lab as new in seconds: everything alive, no session anywhere, kept users forgotten")
    .addOption(nameOption())
    .addOption(waitOption())
    .addOption(forceOption())
    .action(async ({ name, wait = false, force = false }: { name: string; wait?: boolean; force?: boolean }) => {
      const { interruptibly } = await import("../terminal/interrupt.ts");
      await interruptibly("the reset is ended first", ({ signal }) => reset(name, { wait, force, signal }));
    });
}

async function reset(name: string, idle: { wait: boolean; force: boolean; signal: AbortSignal }): Promise<void> {
  const [{ Engine }, { requireIdleLab }, { resetOnRecord }, { storesOf }, { forgetKeptUsers }] = await Promise.all([
    import("../docker/engine.ts"),
    import("./require-lab.ts"),
    import("../lab/reset-lab.ts"),
    import("../theory/stores.ts"),
    import("../users/by-hand/kept-user.ts"),
  ]);
  const engine = new Engine();
  const lab = await requireIdleLab(name, engine, { command: "lab reset", ...idle });
  const begin = performance.now();
  process.stderr.write(`resetting the lab "${name}"\n`);
  for (const { service, found } of await resetOnRecord(lab, engine))
    process.stderr.write(`${service} was ${found}: only looked at\n`);
  const forgotten = forgetKeptUsers(name);
  const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
  process.stdout.write(`The lab "${name}" is as new: everything answers, and there is no session (${seconds} s).\n`);
  if (forgotten > 0) process.stdout.write(`Kept browsers forgotten: ${forgotten}.\n`);
  // What an emptied denylist had revoked is valid again, so its tokens count, too.
  const tokens = storesOf(lab).filter(({ livesIn }) => livesIn === "browser");
  if (tokens.length > 0)
    process.stderr.write(
      `Not undone: tokens in browsers elsewhere (${tokens.map(({ id }) => id).join(", ")}); nobody can take them back.\n`,
    );
  process.stderr.write(`Next: lab user alice login${name === defaultName ? "" : ` --name ${name}`}\n`);
}
