import { allRecords, engineAddress, isDamaged } from "../record/record.ts";
import { shellWord } from "../report/shell-word.ts";
import { harmless } from "../report/text.ts";

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
