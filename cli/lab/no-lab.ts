import { LabError } from "../errors.ts";
import { allRecords, engineAddress, isDamaged } from "../record/record.ts";
import { shellWord } from "../report/shell-word.ts";
import { harmless } from "../report/text.ts";
import type { LabEngine } from "./lab-engine.ts";

/** The error of a command that needs a lab of this name, where there is none. @returns a LabError (`no-lab`) */
export async function noLab(name: string, engine: LabEngine): Promise<LabError> {
  const others = (await engine.labs()).map((other) => other.name);
  const here = others.length > 0 ? `Running: ${others.join(", ")} (choose with --name).` : "Start it with `lab up`.";
  return new LabError(`There is no lab "${name}".`, {
    id: "no-lab",
    todo: labElsewhere(name) || here,
    exit: "environment",
  });
}

/** Where a lab of this name is on record, if not on this engine: somebody may have chosen another context since. Empty when nowhere. */
export function labElsewhere(name: string): string {
  const here = engineAddress();
  const engines = allRecords().flatMap((record) =>
    isDamaged(record) || record.name !== name || record.engine === here ? [] : [record.engine],
  );
  return harmless(
    engines.map((engine) => `One is on record on another engine: set DOCKER_HOST=${shellWord(engine)}.`).join(" "),
  );
}
