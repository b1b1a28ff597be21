import { nameSuffix } from "../lab/identity/lab-name.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { obtainLab } from "../lab/obtain-lab.ts";
import { resetOnRecord } from "../lab/reset-lab.ts";
import { interruptibly } from "../terminal/interrupt.ts";
import { storesOf } from "../theory/stores.ts";
import { forgetKeptUsers } from "../users/by-hand/kept-user.ts";

export interface ResetOptions {
  name: string;
  wait?: boolean;
  force?: boolean;
}

export async function reset({ name, wait = false, force = false }: ResetOptions): Promise<void> {
  await interruptibly("the reset is ended first", async ({ signal }) => {
    const engine = new LabEngine();
    const lab = await obtainLab({ name, engine, free: { command: "lab reset", wait, force }, signal });
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
    process.stderr.write(`Next: lab user alice login${nameSuffix(name)}\n`);
  });
}
