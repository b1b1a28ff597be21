import type { Figure } from "./figure.ts";

/** What the bench writes: the figures of each measurement by its name. */
export interface Measured {
  cores: number;
  measurements: Record<string, { rounds: number; figures: Figure[] }>;
}

/**
 * What was measured now, with what was measured before of everything else: some measurements take long, and can be taken alone.
 * Figures of another machine are not kept.
 *
 * @param order the names of all measurements, as they are to be listed
 */
export function keepFigures(before: Measured | undefined, now: Measured, order: readonly string[]): Measured {
  const kept = before?.cores === now.cores ? before.measurements : {};
  const all = { ...kept, ...now.measurements };
  const measurements: Measured["measurements"] = {};
  for (const name of order) if (all[name]) measurements[name] = all[name];
  return { cores: now.cores, measurements };
}
