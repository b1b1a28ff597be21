import { unknownValue } from "../errors.ts";
import { architectureUrl, type Lab } from "../lab/identity/lab.ts";
import { nameSuffix } from "../lab/identity/lab-name.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { obtainLab } from "../lab/obtain-lab.ts";
import { allProfiles } from "../lab/services.ts";
import { detectTerminal } from "../terminal/detect-terminal.ts";
import { interruptibly } from "../terminal/interrupt.ts";
import { openNarrator } from "../terminal/narrator.ts";
import { selectArchitectures } from "../theory/architectures.ts";

export interface UpOptions {
  name: string;
  port?: number;
  with: string[];
}

export async function up({ name, port, with: profiles }: UpOptions, { colour }: { colour: boolean }): Promise<void> {
  for (const profile of profiles)
    if (!allProfiles().includes(profile)) throw unknownValue("profile", profile, allProfiles());
  const narrator = await openNarrator(detectTerminal({ colour }));
  await interruptibly("ending in good order", async (interrupt) => {
    const lab = await obtainLab({
      name,
      engine: new LabEngine(),
      profiles,
      free: {},
      start: { stays: true, mustBe: "alive", interrupt, ...(port === undefined ? {} : { port }) },
      signal: interrupt.signal,
      say: (text) => narrator.doing(text),
    }).finally(() => narrator.end());
    if (port !== undefined && port !== lab.port)
      process.stderr.write(`the lab "${name}" already runs on port ${lab.port}; --port ${port} is not used\n`);
    process.stdout.write(describeLab(lab));
  });
}

function describeLab(lab: Lab): string {
  const { name, port } = lab;
  const architectures = selectArchitectures(lab);
  const widest = Math.max(...architectures.map(({ id }) => id.length));
  const urls = architectures.map(({ id, host }) => `  ${id.padEnd(widest + 2)}${architectureUrl(host, port)}`);
  return [
    `The lab "${name}" is up. Each architecture is a host name:`,
    "",
    ...urls,
    "",
    "Next:",
    `  lab scenario server-crash${nameSuffix(name)}`,
    `  lab down${nameSuffix(name)}`,
    "",
  ].join("\n");
}
