import type { TrialData } from "../html/page-data.ts";

/** Faults of one kind at the same time, e.g. all Redis servers killed at once. */
export interface FaultWindow {
  kind: string;
  targets: string[];
  from: number;
  to: number;
  isHealed: boolean;
}

/** Faults that overlap and are of one kind belong together. */
export function faultWindows({ faults, spanMs }: Pick<TrialData, "faults" | "spanMs">): FaultWindow[] {
  const windows: FaultWindow[] = [];
  for (const { kind, target, from, to } of faults) {
    const until = to ?? spanMs;
    const known = windows.find((window) => window.kind === kind && window.from <= until && from <= window.to);
    if (known) {
      if (!known.targets.includes(target)) known.targets.push(target);
      known.from = Math.min(known.from, from);
      known.to = Math.max(known.to, until);
      known.isHealed &&= to !== undefined;
    } else windows.push({ kind, targets: [target], from, to: until, isHealed: to !== undefined });
  }
  return windows;
}
