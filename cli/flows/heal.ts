import { unknownValue } from "../errors.ts";
import { healServices } from "../lab/heal-services.ts";
import { nameSuffix } from "../lab/identity/lab-name.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { serviceNames } from "../lab/lab-services.ts";
import { obtainLab } from "../lab/obtain-lab.ts";
import { harmless } from "../report/text.ts";
import { interruptibly } from "../terminal/interrupt.ts";

export interface HealOptions {
  name: string;
  wait?: boolean;
  force?: boolean;
}

/** @param wanted services; none for all of them */
export async function heal(wanted: readonly string[], options: HealOptions): Promise<void> {
  const says = "ending; `lab heal` mends what is still ill";
  await interruptibly(says, ({ signal }) => healWanted(wanted, options, signal));
}

async function healWanted(
  wanted: readonly string[],
  { name, wait = false, force = false }: HealOptions,
  signal: AbortSignal,
): Promise<void> {
  const engine = new LabEngine();
  const free = { command: ["lab heal", ...wanted.map(harmless)].join(" "), wait, force };
  const lab = await obtainLab({ name, engine, free, signal });
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
  for (const { service, found } of left)
    process.stderr.write(`${service} is still ${found}; \`lab heal${nameSuffix(name)}\` mends all.\n`);
}
