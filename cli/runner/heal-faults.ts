import type { Evidence, FaultEvent } from "../history/events.ts";
import type { Broken, Stage } from "./stage.ts";

/**
 * Undoes everything that was done to services, whatever kind of thing it was, newest moment first. What was done at one moment to
 * different services does not depend on each other and is undone side by side. Never throws: it goes on when something cannot be
 * undone, and leaves that on the list of what is broken and on record.
 */
export async function healFaults(stage: Stage): Promise<void> {
  const moments = [...new Set(stage.broken.map(({ moment }) => moment))].sort((one, other) => other - one);
  for (const moment of moments) {
    const newestFirst = stage.broken.filter((broken) => broken.moment === moment).reverse();
    const targets = [...new Set(newestFirst.map(({ target }) => target))];
    await Promise.all(
      targets.map(async (target) => {
        for (const broken of newestFirst) if (broken.target === target) await healOne(stage, broken);
      }),
    );
  }
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

/** Puts a fault's state into the history. What was done before the experiment began is no fault of it. */
export function noteFault(
  { recorder }: Stage,
  { kind, target, isFault }: Pick<Broken, "kind" | "target" | "isFault">,
  state: FaultEvent["state"],
  evidence?: Evidence[],
): void {
  if (!isFault) return;
  recorder.record({ type: "fault", at: recorder.now(), kind, target, state, ...(evidence ? { evidence } : {}) });
}

export function engineSays(says: string): Evidence {
  return { source: "engine", shows: false, says };
}
