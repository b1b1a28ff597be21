import type { FaultEffect } from "../history/events.ts";
import type { Undoable } from "../servers/heal.ts";

/** Something that was done to a service and has to be undone. */
export interface Broken extends Undoable {
  /** Kind of fault. */
  kind: string;
  effect: FaultEffect;
  /** It was injected as a condition of the experiment. */
  condition?: true;
  heal: () => Promise<void>;
  /** Why the last try to heal it was in vain. */
  whyNotHealed?: string;
}

/** What this run has broken. */
export interface BrokenSoFar {
  /** Everything that is not undone yet, oldest first. */
  broken: Broken[];
  /** Services that were broken, healed or not. */
  hit: Set<string>;
}

export function nothingBroken(): BrokenSoFar {
  return { broken: [], hit: new Set() };
}
