import { untilNoRun } from "../docker/claim-lab.ts";
import type { Engine } from "../docker/engine.ts";
import { findLab } from "../docker/start-lab.ts";
import { LabError } from "../errors.ts";
import type { Lab } from "../lab/topology.ts";
import { labElsewhere } from "./lab-elsewhere.ts";

/** The running lab of this name. @throws LabError (`no-lab`) */
export async function requireLab(name: string, engine: Engine): Promise<Lab> {
  const lab = await findLab(name, engine);
  if (lab) return lab;
  const others = (await engine.labs()).map((other) => other.name);
  const here = others.length > 0 ? `Running: ${others.join(", ")} (choose with --name).` : "Start it with `lab up`.";
  throw new LabError(`There is no lab "${name}".`, {
    id: "no-lab",
    todo: labElsewhere(name) || here,
    exit: "environment",
  });
}

/**
 * The running lab of this name, for a command that would disturb a run in progress on it.
 *
 * @param options.wait for such a run to end
 * @throws LabError (`no-lab`, `lab-in-use`)
 */
export async function requireIdleLab(
  name: string,
  engine: Engine,
  { wait = false, signal = new AbortController().signal }: { wait?: boolean; signal?: AbortSignal } = {},
): Promise<Lab> {
  const lab = await requireLab(name, engine);
  await untilNoRun(name, { wait, signal, say: (text) => process.stderr.write(`${text}\n`) });
  return lab;
}
