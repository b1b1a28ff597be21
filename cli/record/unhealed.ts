import { LabError } from "../errors.ts";
import { addToRecord, type Breaking, engineAddress, isDamaged, readRecord, recordPath } from "./record.ts";

/** Which lab: its name, and the id of this start of it. */
interface LabOnRecord {
  name: string;
  id: string;
}

/** Everything that is on record as broken in a lab, by whomever and whatever for, oldest first. */
export function unhealedIn({ name, id }: LabOnRecord): Breaking[] {
  const record = readRecord(recordPath({ name, engine: engineAddress() }));
  return record && !isDamaged(record) && record.id === id ? record.unhealed : [];
}

/** Puts on record that these are healed, whoever broke them. A lab that somebody has removed meanwhile has no record any more. */
export function noteHealed({ name, id }: LabOnRecord, ...lines: readonly Breaking[]): void {
  if (lines.length === 0) return;
  try {
    const healed = lines.map((line) => ({ ...line, type: "healed" as const }));
    addToRecord({ path: recordPath({ name, engine: engineAddress() }), id }, ...healed);
  } catch (error) {
    if (!(error instanceof LabError && error.id === "lab-removed")) throw error;
  }
}
