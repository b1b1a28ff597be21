import { faultKinds, loadFault } from "../catalogue.ts";
import { LabError } from "../errors.ts";
import { isSameProcess } from "../host/process-identity.ts";
import type { Breaking } from "../record/record.ts";
import { harmless } from "../report/text.ts";
import type { Fault } from "../servers/fault.ts";
import type { Undoable } from "../servers/heal.ts";
import { type Ailment, showsItself } from "./ailments.ts";
import type { LabServices } from "./lab-services.ts";

/** What is on record as broken, as it can be undone. */
export interface Recorded extends Undoable {
  line: Breaking;
  /** Undefined for a kind that this version of the lab does not know. */
  fault: Fault | undefined;
}

/**
 * What a process has put on record in a row and is of one kind was done at one moment, or does not depend on each other.
 *
 * @param lines oldest first
 */
export function asRecorded(lines: readonly Breaking[]): Promise<Recorded[]> {
  const known = faultKinds();
  let moment = 0;
  const moments = lines.map(({ kind, owner }, index) => {
    const before = lines[index - 1];
    if (before && (before.kind !== kind || !isSameProcess(before.owner, owner))) moment += 1;
    return moment;
  });
  return Promise.all(
    lines.map(async (line, index) => {
      const { kind, target } = line;
      const fault = known.includes(kind) ? (await loadFault(kind))(target) : undefined;
      return { line, target, fault, moment: moments[index]! };
    }),
  );
}

/** Undoes what can be undone by its own `heal`. Of a service that is not there any more there is nothing to undo. */
export async function undo({ fault, target }: Recorded, services: Pick<LabServices, "named">): Promise<void> {
  try {
    await fault?.heal(services.named(target));
  } catch (error) {
    if (!(error instanceof LabError && error.id === "service-missing")) throw error;
  }
}

/** What is on record and no look would find, as one would say it; once of what was done twice. */
export function unseenAmong(recorded: readonly Recorded[]): Ailment[] {
  const all = recorded.flatMap(({ line, target: service, fault }): Ailment[] => {
    const kind = harmless(line.kind);
    if (!fault)
      return [
        { service, found: `broken by "${kind}", which this version of the lab does not know`, cure: "looked at" },
      ];
    return showsItself(fault.effect) ? [] : [{ service, found: `broken by ${kind}`, cure: "healed" }];
  });
  return [...new Map(all.map((ailment) => [`${ailment.service} ${ailment.found}`, ailment])).values()];
}
