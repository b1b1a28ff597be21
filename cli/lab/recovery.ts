import { stateOfProcess } from "./process-identity.ts";
import type { LabRecord } from "./record.ts";

/** What a record asks for, once the process that wrote it is dead. */
export type Recovery =
  | "nothing"
  /** The lab was not meant to stay, or was never finished, or was being removed. */
  | "remove"
  /** The lab stays, but the command that broke something of it will not heal it any more. */
  | "heal"
  /** There is nothing to do that the record could be needed for. */
  | "forget";

/** Asks no engine. */
export function recoveryOf(record: LabRecord): Recovery {
  const isDead = stateOfProcess(record.owner) === "dead";
  if (isDead && !record.found && record.stage !== "stays") return "remove";
  if (record.broken.some(({ owner }) => stateOfProcess(owner) === "dead")) return "heal";
  return record.found && isDead && record.broken.length === 0 ? "forget" : "nothing";
}
