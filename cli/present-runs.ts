import { type Outcome, runExperiment, withLab } from "./experiment.ts";
import type { Interrupt } from "./interrupt.ts";
import type { Plan } from "./plan.ts";
import { presentScenario } from "./present/present-scenario.ts";
import type { Presenter } from "./present/presenter.ts";
import { tell } from "./scenario.ts";
import type { Result } from "./verdict/result.ts";

/**
 * A scenario for a room: with pauses, the question first, and once more from the beginning as often as the presenter likes. The
 * last run counts.
 */
export async function presentRuns(
  plan: Plan,
  presenter: Presenter,
  interrupt: Interrupt,
): Promise<{ result: Result; folders: string[] }> {
  const { title, question, steps } = plan.scenario;
  const scenario = { ...plan.scenario, steps: [tell(question), ...steps] };
  let outcome: Outcome | undefined;
  const left = await withLab(plan, { tell: presenter.note, doing: presenter.note }, interrupt, async () => {
    for (let again = true; again; ) {
      const narrator = presentScenario(presenter, title);
      outcome = await runExperiment({ ...plan, scenario, keep: true }, narrator, interrupt);
      again = narrator.again;
    }
  });
  return { result: { ...outcome!.result, leftovers: left }, folders: [outcome!.folder] };
}
