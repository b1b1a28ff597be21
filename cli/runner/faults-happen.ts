import type { Fault } from "../servers/fault.ts";
import { inject } from "../servers/inject.ts";
import type { CountedAnswers } from "./act-on-record.ts";
import type { Broken, BrokenSoFar } from "./broken.ts";
import { noteFault } from "./heal-faults.ts";
import { expectOtherLives, type LivesNoted } from "./note-disturbances.ts";
import type { FailoversNoted } from "./note-failovers.ts";
import type { RunContext } from "./run-context.ts";

export type Breaking = Pick<RunContext, "service" | "recorder" | "signal" | "noteFault"> &
  BrokenSoFar &
  CountedAnswers &
  LivesNoted &
  FailoversNoted;

/** Breaks all of these at the same moment, and waits for the two signs of each. */
export function injectFaults(run: Breaking, faults: readonly Fault[]): Promise<void> {
  return injectAll(run, faults, {});
}

/**
 * The same before the experiment, as a condition of it: the judge lays nothing to it. One whose two signs do not appear leaves open
 * whether the experiment was the one that was asked for.
 */
export function injectAsCondition(run: Breaking, faults: readonly Fault[]): Promise<void> {
  return injectAll(run, faults, { condition: true });
}

async function injectAll(run: Breaking, faults: readonly Fault[], how: Pick<Broken, "condition">): Promise<void> {
  run.answers.clear();
  const broken = faults.map(({ kind, target, effect, heal }) => ({
    ...{ kind, target, effect, ...how, heal: () => heal(run.service(target)) },
  }));
  await inject(faults, {
    service: run.service,
    begins: () => putOnRecord(run, broken),
    tell: (fault, state, evidence) => noteFault(run, { ...fault, ...how }, state, evidence),
    signal: run.signal,
  });
}

/** Before anything is done: whatever happens next, it will be healed. */
function putOnRecord(run: Breaking, things: readonly Omit<Broken, "moment">[]): void {
  const moment = Math.max(0, ...run.broken.map((broken) => broken.moment)) + 1;
  expectOtherLives(run, things);
  for (const thing of things) {
    const { kind, target } = thing;
    run.noteFault("breaking", { kind, target });
    run.broken.push({ ...thing, moment });
    run.hit.add(target);
    run.failoversSeen.touched.add(target);
  }
}
