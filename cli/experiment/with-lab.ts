import { LabEngine, type Resource } from "../lab/lab-engine.ts";
import { holdLab, type LabInUse } from "../lab/obtain-lab.ts";
import type { Narrator } from "../runner/narrator.ts";
import type { Interrupt } from "../terminal/interrupt.ts";
import { type Plan, profilesOfPlan } from "./plan.ts";
import { attempt, type Troubles } from "./troubles.ts";

/**
 * Has a lab run while something is done with it: the running one, which stays, or one that is started and removed again.
 *
 * @returns what was left behind of a lab that was started here, and what `act` and the removal threw
 * @throws LabError when there is no lab
 */
export async function withLab(
  plan: Plan,
  narrator: Narrator,
  interrupt: Interrupt,
  act: (use: LabInUse) => Promise<void>,
): Promise<{ left: Resource[]; troubles: Troubles }> {
  const { name, keep, port, wait } = plan;
  const engine = new LabEngine();
  await using held = await holdLab({
    name,
    engine,
    profiles: profilesOfPlan(plan),
    start: { stays: keep, mustBe: "well", interrupt, ...(port === undefined ? {} : { port }) },
    what: `lab scenario ${plan.scenarioId}`,
    countsSessions: plan.scenario.steps.some((step) => step.do === "measure" && step.measure.looksIntoStore),
    signal: interrupt.signal,
    say: (text) => narrator.doing(text),
    ...(wait === undefined ? {} : { wait }),
  });
  const troubles: Troubles = [];
  await attempt(troubles, async () => {
    for (const says of plan.alsoTakesPart ?? []) await narrator.tell(says);
    await act(held);
  });
  // A run can end without the engine; this says that it went away.
  if (!held.isOurs) await attempt(troubles, () => engine.version());
  return { left: (await attempt(troubles, () => held.giveBack())) ?? [], troubles };
}
