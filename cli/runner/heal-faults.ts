import type { Evidence, FaultEvent } from "../history/events.ts";
import { newestFirst } from "../servers/heal.ts";
import { engineSays } from "../servers/inject.ts";
import type { Broken, Stage } from "./stage.ts";

/**
 * Undoes everything that was done to services, newest moment first. Never throws: it goes on when something cannot be undone, and leaves
 * that on the list of what is broken and on record.
 */
export function healFaults(stage: Stage): Promise<void> {
  return newestFirst([...stage.broken], (broken) => healOne(stage, broken));
}

async function healOne(stage: Stage, broken: Broken): Promise<void> {
  noteFault(stage, broken, "healing");
  try {
    await broken.heal();
  } catch (error) {
    broken.whyNotHealed = (error as Error).message;
    noteFault(stage, broken, "failed", [engineSays(`not healed: ${broken.whyNotHealed}`)]);
    return;
  }
  stage.broken.splice(stage.broken.indexOf(broken), 1);
  stage.noteFault("healed", broken);
  noteFault(stage, broken, "healed");
}

/** At the end of a run: one alarm that names everything that is still broken, and why. */
export function noteWhatIsStillBroken({ broken, recorder }: Stage): void {
  if (broken.length === 0) return;
  const each = broken.map(({ kind, target, whyNotHealed }) => `${kind} ${target} (${whyNotHealed})`);
  recorder.record({ type: "alert", at: recorder.now(), service: "the lab", line: `not healed: ${each.join("; ")}` });
}

/** Puts a fault's state into the history. */
export function noteFault(
  { recorder }: Stage,
  { kind, target, effect, isFault, condition }: Pick<Broken, "kind" | "target" | "effect" | "isFault" | "condition">,
  state: FaultEvent["state"],
  evidence?: Evidence[],
): void {
  if (!isFault) return;
  const how = { ...(condition ? { condition } : {}), ...(evidence ? { evidence } : {}) };
  recorder.record({ type: "fault", at: recorder.now(), kind, target, effect, state, ...how });
}
