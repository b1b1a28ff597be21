import { type ProcessIdentity, stateOfProcess } from "../host/process-identity.ts";
import type { LabRecord } from "./record.ts";

/** What a record asks for, once the process that wrote it is dead. */
export type Recovery =
  | "nothing"
  /** The lab was not meant to stay, or was never finished, or was being removed. */
  | "remove"
  /** The lab stays, but the command that broke something of it, or was adding servers to it, will not put that right any more. */
  | "put-right"
  /** There is nothing to do that the record could be needed for. */
  | "forget";

/** Asks no engine. */
export function recoveryOf(record: LabRecord): Recovery {
  const isDead = stateOfProcess(record.owner) === "dead";
  // A lab that was only found is removed by nobody but `lab down`.
  const isDoomed = record.found ? record.stage === "removing" : record.stage !== "stays";
  if (isDead && isDoomed) return "remove";
  const orphans = orphansOf(record);
  if (orphans.broken.length + orphans.adding.length > 0) return "put-right";
  const isUsed = record.running.some(({ owner }) => stateOfProcess(owner) !== "dead");
  const isDone = record.unhealed.length + record.adding.length === 0 && !isUsed;
  return record.found && isDead && isDone ? "forget" : "nothing";
}

/** What commands that died had begun in a lab that stays, and not finished. */
export function orphansOf({ broken, adding }: Pick<LabRecord, "broken" | "adding">) {
  const isDead = ({ owner }: { owner: ProcessIdentity }) => stateOfProcess(owner) === "dead";
  return { broken: broken.filter(isDead), adding: adding.filter(isDead) };
}
