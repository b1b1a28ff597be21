import type { Engine } from "../docker/engine.ts";
import { LabError } from "../errors.ts";
import { requireFreeLab } from "../lab/free-lab.ts";
import { findLab } from "../lab/start-lab.ts";
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
 * The running lab of this name, for a command that changes it.
 *
 * @param options.command as it was typed, without its options
 * @param options.wait for a run in progress to end
 * @throws LabError (`no-lab`, `lab-of-another`, `lab-busy`, `lab-in-use`)
 */
export async function requireIdleLab(
  name: string,
  engine: Engine,
  options: { command: string; wait: boolean; force: boolean; signal: AbortSignal },
): Promise<Lab> {
  const { command, wait, force, signal } = options;
  const lab = await requireLab(name, engine);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  await requireFreeLab(name, engine, { command, force, wait: { wait, signal, say } });
  return lab;
}
