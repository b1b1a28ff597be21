import type { Engine } from "../docker/engine.ts";
import { findLab } from "../docker/start-lab.ts";
import { LabError } from "../errors.ts";
import type { Lab } from "../lab/topology.ts";

/** The running lab of this name. @throws LabError (`no-lab`) */
export async function requireLab(name: string, engine: Engine): Promise<Lab> {
  const lab = await findLab(name, engine);
  if (lab) return lab;
  const others = (await engine.labs()).map((other) => other.name);
  throw new LabError(`There is no lab "${name}".`, {
    id: "no-lab",
    todo: others.length > 0 ? `Running: ${others.join(", ")} (choose with --name).` : "Start it with `lab up`.",
    exit: "environment",
  });
}
