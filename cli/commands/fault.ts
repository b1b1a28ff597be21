import type { Command } from "commander";
import { faultKinds, loadFault } from "../catalogue.ts";
import { exitCodes, unknownValue } from "../errors.ts";
import { defaultName } from "../lab/topology.ts";
import { forceOption, nameOption, waitOption } from "./options.ts";

interface FaultOptions {
  name: string;
  wait?: boolean;
  force?: boolean;
  json?: boolean;
}

export function addFault(program: Command): void {
  program
    .command("fault")
    .description("break a service and leave it broken; says by which two signs that is certain")
    .argument("<kind>", faultKinds().join(", "))
    .argument("<service>", "which one; `lab status` lists them")
    .addOption(nameOption())
    .addOption(waitOption())
    .addOption(forceOption())
    .option("--json", "as JSON")
    .action(async (kind: string, service: string, options: FaultOptions, command: Command) => {
      if (!faultKinds().includes(kind)) throw unknownValue("fault", await printable(kind), faultKinds());
      const { interruptibly } = await import("../terminal/interrupt.ts");
      const settings = { ...options, colour: command.optsWithGlobals().color !== false };
      await interruptibly("taking the fault back", ({ signal }) => inject({ kind, service }, settings, signal));
    });
}

async function inject(
  { kind, service }: { kind: string; service: string },
  { name, wait = false, force = false, json, colour }: FaultOptions & { colour: boolean },
  signal: AbortSignal,
): Promise<void> {
  const [{ Engine }, { requireIdleLab }, { serviceNames }, { injectOnRecord }] = await Promise.all([
    import("../docker/engine.ts"),
    import("./require-lab.ts"),
    import("../lab/lab-services.ts"),
    import("../lab/inject-by-hand.ts"),
  ]);
  const engine = new Engine();
  const lab = await requireIdleLab(name, engine, {
    command: `lab fault ${kind} ${await printable(service)}`,
    wait,
    force,
    signal,
  });
  const known = await serviceNames(lab, engine);
  if (!known.includes(service)) throw unknownValue("service", await printable(service), known);
  const fault = (await loadFault(kind))(service);
  const injected = await injectOnRecord(fault, { lab, engine, signal });

  const [{ faultReport }, { jsonReport }, { wrap }, { detectTerminal }] = await Promise.all([
    import("../report/fault.ts"),
    import("../report/json.ts"),
    import("../report/text.ts"),
    import("../terminal/terminal.ts"),
  ]);
  const terminal = detectTerminal({ colour });
  process.stdout.write(json ? jsonReport(injected) : faultReport(injected, terminal));
  const suffix = name === defaultName ? "" : ` --name ${name}`;
  const next = `Next: lab status, lab user NAME whoami; \`lab heal${suffix}\` mends what is broken.`;
  process.stderr.write(`${wrap(next, terminal.columns).join("\n")}\n`);
  if (!injected.confirmed) process.exitCode = exitCodes.inconclusive.code;
}

async function printable(text: string): Promise<string> {
  return (await import("../report/text.ts")).harmless(text);
}
