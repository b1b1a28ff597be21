import { nameSuffix } from "../lab/identity/lab-name.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { lookAtLab } from "../lab/look-at-lab.ts";
import { obtainLab } from "../lab/obtain-lab.ts";
import { jsonReport } from "../report/json.ts";
import { statusReport } from "../report/lab-status.ts";
import { harmless } from "../report/text.ts";
import { detectTerminal } from "../terminal/detect-terminal.ts";

export async function status(
  { name, json }: { name: string; json?: boolean },
  { colour }: { colour: boolean },
): Promise<void> {
  const engine = new LabEngine();
  const found = await lookAtLab(await obtainLab({ name, engine }), engine);
  // What the servers and the engine say of themselves may be anything.
  const report = () =>
    statusReport(harmless(found), { colour: detectTerminal({ colour }).colour, suffix: nameSuffix(name) });
  process.stdout.write(json ? jsonReport(found) : report());
}
