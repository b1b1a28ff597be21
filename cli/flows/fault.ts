import { faultKinds, loadFault } from "../catalogue.ts";
import { exitCodes, unknownValue } from "../errors.ts";
import { nameSuffix } from "../lab/identity/lab-name.ts";
import { injectOnRecord } from "../lab/inject-by-hand.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { serviceNames } from "../lab/lab-services.ts";
import { obtainLab } from "../lab/obtain-lab.ts";
import { faultReport } from "../report/injected-fault.ts";
import { jsonReport } from "../report/json.ts";
import { harmless, wrap } from "../report/text.ts";
import { detectTerminal } from "../terminal/detect-terminal.ts";
import { interruptibly } from "../terminal/interrupt.ts";

export interface FaultOptions {
  name: string;
  wait?: boolean;
  force?: boolean;
  json?: boolean;
}

export async function fault(
  { kind, service }: { kind: string; service: string },
  { name, wait = false, force = false, json }: FaultOptions,
  { colour }: { colour: boolean },
): Promise<void> {
  if (!faultKinds().includes(kind)) throw unknownValue("fault", harmless(kind), faultKinds());
  await interruptibly("taking the fault back", async ({ signal }) => {
    const engine = new LabEngine();
    const free = { command: `lab fault ${kind} ${harmless(service)}`, wait, force };
    const lab = await obtainLab({ name, engine, free, signal });
    const known = await serviceNames(lab, engine);
    if (!known.includes(service)) throw unknownValue("service", harmless(service), known);
    const injected = await injectOnRecord((await loadFault(kind))(service), { lab, engine, signal });

    const terminal = detectTerminal({ colour });
    process.stdout.write(json ? jsonReport(injected) : faultReport(injected, terminal));
    const next = `Next: lab status, lab user NAME whoami; \`lab heal${nameSuffix(name)}\` mends what is broken.`;
    process.stderr.write(`${wrap(next, terminal.columns).join("\n")}\n`);
    if (!injected.confirmed) process.exitCode = exitCodes.inconclusive.code;
  });
}
