import type { Evidence, FaultEvent } from "../history/events.ts";
import { newestFirst } from "../servers/heal.ts";
import { engineSays } from "../servers/inject.ts";
import type { Broken, BrokenSoFar } from "./broken.ts";
import type { RunContext } from "./run-context.ts";

export type Healing = Pick<RunContext, "recorder" | "noteFault"> & Pick<BrokenSoFar, "broken">;

/**
 * Undoes everything that was done to services, newest moment first. Never throws: it goes on when something cannot be undone, and leaves
 * that on the list of what is broken and on record.
 */
export function healFaults(run: Healing): Promise<void> {
  return newestFirst([...run.broken], (broken) => healOne(run, broken));
}

async function healOne(run: Healing, broken: Broken): Promise<void> {
  noteFault(run, broken, "healing");
  try {
    await broken.heal();
  } catch (error) {
    broken.whyNotHealed = (error as Error).message;
    noteFault(run, broken, "failed", [engineSays(`not healed: ${broken.whyNotHealed}`)]);
    return;
  }
  run.broken.splice(run.broken.indexOf(broken), 1);
  run.noteFault("healed", broken);
  noteFault(run, broken, "healed");
}

/** At the end of a run: one alarm that names everything that is still broken, and why. */
export function noteWhatIsStillBroken({ broken, recorder }: Pick<Healing, "broken" | "recorder">): void {
  if (broken.length === 0) return;
  const each = broken.map(({ kind, target, whyNotHealed }) => `${kind} ${target} (${whyNotHealed})`);
  recorder.record({ type: "alert", at: recorder.now(), service: "the lab", line: `not healed: ${each.join("; ")}` });
}

/** Puts a fault's state into the history. */
export function noteFault(
  { recorder }: Pick<RunContext, "recorder">,
  { kind, target, effect, condition }: Pick<Broken, "kind" | "target" | "effect" | "condition">,
  state: FaultEvent["state"],
  evidence?: Evidence[],
): void {
  const how = { ...(condition ? { condition } : {}), ...(evidence ? { evidence } : {}) };
  recorder.record({ type: "fault", at: recorder.now(), kind, target, effect, state, ...how });
}
