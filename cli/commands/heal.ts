import type { Command } from "commander";
import { unknownValue } from "../errors.ts";
import { defaultName } from "../lab/topology.ts";
import { forceOption, nameOption, waitOption } from "./options.ts";

export function addHeal(program: Command): void {
  program
    .command("heal")
    .description("mend what is dead, frozen, cut off, set otherwise or unable to save, and wait until it answers")
    .argument("[service...]", "only these (default: all)")
    .addOption(nameOption())
    .addOption(waitOption())
    .addOption(forceOption())
    .action(async (wanted: string[], options: { name: string; wait?: boolean; force?: boolean }) => {
      const { name, wait = false, force = false } = options;
      const { interruptibly } = await import("../terminal/interrupt.ts");
      const says = "ending; `lab heal` mends what is still ill";
      await interruptibly(says, ({ signal }) => heal(wanted, { name, wait, force, signal }));
    });
}

async function heal(
  wanted: readonly string[],
  { name, wait, force, signal }: { name: string; wait: boolean; force: boolean; signal: AbortSignal },
): Promise<void> {
  const [{ Engine }, { requireIdleLab }, { serviceNames }, { healServices }, { harmless }] = await Promise.all([
    import("../docker/engine.ts"),
    import("./require-lab.ts"),
    import("../lab/lab-services.ts"),
    import("../lab/heal-services.ts"),
    import("../report/text.ts"),
  ]);
  const engine = new Engine();
  const lab = await requireIdleLab(name, engine, {
    command: ["lab heal", ...wanted.map(harmless)].join(" "),
    wait,
    force,
    signal,
  });
  const known = await serviceNames(lab, engine);
  for (const service of wanted) if (!known.includes(service)) throw unknownValue("service", harmless(service), known);

  const begin = performance.now();
  let healed = 0;
  const left = await healServices({
    lab,
    engine,
    signal,
    ...(wanted.length > 0 ? { only: wanted } : {}),
    say({ service, found, cure }) {
      healed += 1;
      process.stdout.write(`${service} was ${found}: ${cure}\n`);
    },
  });
  const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
  if (healed === 0)
    process.stdout.write(`There is nothing to heal${wanted.length > 0 ? ` at ${wanted.join(", ")}` : ""}.\n`);
  else
    process.stdout.write(
      `${wanted.length > 0 && left.length > 0 ? wanted.join(", ") : "Everything"} answers again, after ${seconds} s.\n`,
    );
  const suffix = name === defaultName ? "" : ` --name ${name}`;
  for (const { service, found } of left)
    process.stderr.write(`${service} is still ${found}; \`lab heal${suffix}\` mends all.\n`);
}
