import type { FaultEffect, FaultEvent } from "../history/events.ts";

/** Faults of one kind at one time, e.g. all Redis servers killed at once; in ms of the run. */
export interface FaultSpan {
  kind: string;
  effect: FaultEffect;
  targets: string[];
  from: number;
  /** Undefined while it lasts. */
  to?: number;
}

/** From when to when something was broken, for a time line. */
export function faultSpans({ faults }: { faults: readonly FaultEvent[] }): FaultSpan[] {
  const spans: FaultSpan[] = [];
  for (const { kind, effect, target, from, to } of singleSpans(faults)) {
    const known = spans.find((span) => span.kind === kind && from <= (span.to ?? Number.POSITIVE_INFINITY));
    if (!known) {
      spans.push({ kind, effect, targets: [target], from, ...(to === undefined ? {} : { to }) });
      continue;
    }
    if (!known.targets.includes(target)) known.targets.push(target);
    if (to === undefined) delete known.to;
    else if (known.to !== undefined) known.to = Math.max(known.to, to);
  }
  return spans;
}

/** `kill app1, app2`. */
export function sayFaults({ kind, targets }: Pick<FaultSpan, "kind" | "targets">): string {
  return `${kind} ${targets.join(", ")}`;
}

interface SingleSpan {
  kind: string;
  effect: FaultEffect;
  target: string;
  from: number;
  to?: number;
  lasts: boolean;
}

/** Of the faults under test: what was done beforehand, as a condition, is not drawn. */
function singleSpans(faults: readonly FaultEvent[]): SingleSpan[] {
  const spans: SingleSpan[] = [];
  for (const { kind, effect, condition, target, state, at } of faults) {
    if (condition) continue;
    if (state === "injecting") spans.push({ kind, effect, target, from: at, lasts: false });
    const open = spans.findLast((span) => span.kind === kind && span.target === target && span.to === undefined);
    // What could not be injected did not last; what could not be healed did.
    const isOver = state === "healed" || (state === "failed" && open?.lasts === false);
    if (state === "injected" && open) open.lasts = true;
    if (isOver && open) open.to = at;
  }
  return spans;
}
