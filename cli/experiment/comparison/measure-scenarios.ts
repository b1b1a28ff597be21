import { errorLines } from "../../errors.ts";
import { isInterruption } from "../../terminal/interrupt.ts";
import type { Result } from "../../verdict/result.ts";
import type { Outcome } from "../experiment.ts";
import type { Plan } from "../plan.ts";
import { attempt, type Troubles } from "../troubles.ts";
import { type ComparedVersions, whyNotTheSame } from "./stored-results.ts";

export interface Measuring {
  /** One a scenario, in the order in which they are played. */
  plans: readonly Plan[];
  /** Results of an earlier comparison. */
  stored: readonly Result[];
  /** Of the lab that runs. */
  versions: ComparedVersions;
  /** Plays one scenario. */
  play: (plan: Plan) => Promise<Pick<Outcome, "result" | "troubles">>;
  /** Keeps all results there are, whenever there is a new one. */
  keep: (results: readonly Result[]) => Promise<void> | void;
  /** A line for people. */
  say: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Measures what no stored result answers: scenario after scenario, and one that cannot run does not stop the rest.
 *
 * @returns a result for each scenario that was measured, now or then; and what failed, which has been said
 */
export async function measureScenarios(measuring: Measuring): Promise<{ results: Result[]; troubles: Troubles }> {
  const { plans, stored, versions, play, keep, say, signal } = measuring;
  const results: Result[] = [];
  const troubles: Troubles = [];
  let kept = stored;
  for (const [index, plan] of plans.entries()) {
    if (signal.aborted) break;
    const { found, why } = lookUp(plan, stored, versions);
    if (found) results.push(found);
    if (found) continue;
    if (why !== undefined) say(`${plan.scenarioId} is measured anew: the stored result is another one, ${why}`);
    say(`${plan.scenarioId} (${index + 1} of ${plans.length})`);
    const own: Troubles = [];
    const outcome = await attempt(own, () => play(plan));
    own.push(...(outcome?.troubles ?? []));
    // What was cut short is measured anew when it goes on.
    if (outcome?.result.run.complete) {
      const { result } = outcome;
      results.push(result);
      kept = [...kept.filter((earlier) => !isOutdatedBy(result, earlier)), result];
      await attempt(own, () => keep(kept));
    }
    const real = own.filter((trouble) => !isInterruption(trouble, signal));
    for (const trouble of real) say([`${plan.scenarioId}:`, ...errorLines(trouble)].join("\n"));
    troubles.push(...real);
  }
  return { results, troubles };
}

/** The new result answers all that the earlier one did. Answers to other questions stay: somebody may ask these again. */
function isOutdatedBy(result: Result, earlier: Result): boolean {
  const measured = result.architectures.map(({ id }) => id);
  return (
    earlier.scenario.id === result.scenario.id &&
    earlier.run.users === result.run.users &&
    earlier.run.victim === result.run.victim &&
    earlier.architectures.every(({ id }) => measured.includes(id))
  );
}

/** The stored result that answers a plan, or why none of that scenario does. */
function lookUp(plan: Plan, stored: readonly Result[], versions: ComparedVersions): { found?: Result; why?: string } {
  const reasons: string[] = [];
  for (const result of stored.filter(({ scenario }) => scenario.id === plan.scenarioId)) {
    const why = whyNotTheSame(result, plan, versions);
    if (why === undefined) return { found: result };
    reasons.push(why);
  }
  return reasons[0] === undefined ? {} : { why: reasons[0] };
}
