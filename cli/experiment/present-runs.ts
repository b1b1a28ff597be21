import type { Interrupt } from "../terminal/interrupt.ts";
import type { Presenter } from "../terminal/present/presenter.ts";
import { tell } from "../theory/steps.ts";
import type { Plan } from "./plan.ts";
import { presentScenario } from "./present-scenario.ts";
import { type Played, playTrials } from "./trials.ts";

/**
 * A scenario for a room, as often as asked: with pauses, the question first, and each run once more from the beginning as often as
 * the presenter likes. The last time counts.
 */
export function presentRuns(plan: Plan, count: number, presenter: Presenter, interrupt: Interrupt): Promise<Played> {
  const { title, question, steps } = plan.scenario;
  return playTrials({
    plan: { ...plan, scenario: { ...plan.scenario, steps: [tell(question), ...steps] } },
    count,
    narrator: { tell: presenter.note, doing: presenter.note },
    narratorFor: (trial) => presentScenario(presenter, count === 1 ? title : `${title} (trial ${trial} of ${count})`),
    interrupt,
  });
}
