import { LabError, unknownValue } from "../errors.ts";
import { composeLogs } from "../lab/compose.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { serviceNames } from "../lab/lab-services.ts";
import { obtainLab } from "../lab/obtain-lab.ts";

export interface LogsOptions {
  name: string;
  follow?: boolean;
  tail: string;
}

export async function logs(services: readonly string[], { name, follow = false, tail }: LogsOptions): Promise<void> {
  const engine = new LabEngine();
  const lab = await obtainLab({ name, engine });
  const known = await serviceNames(lab, engine);
  for (const service of services) if (!known.includes(service)) throw unknownValue("service", service, known);
  const isWhole = await composeLogs(lab, services, { follow, tail });
  // Compose may take an engine that goes away for the end of the logs.
  await engine.version();
  if (isWhole) return;
  throw new LabError("Compose could not print all the logs; what it said stands above.", {
    id: "logs-failed",
    todo: "Look with `lab status`.",
    exit: "environment",
  });
}
