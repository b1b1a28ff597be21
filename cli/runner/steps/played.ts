import type { StepOf, Verb } from "../../theory/step-table.ts";
import type { InPhase, RunContext } from "../run-context.ts";
import type { RunMemory } from "../run-memory.ts";

/** All that there is while a step is played. */
export type StepTools = RunContext & RunMemory & InPhase;

/** How one kind of step is played, with what of all that it needs. */
export type Played<Do extends Verb, Needs = StepTools> = (
  step: StepOf<Do>,
  run: Needs & Pick<RunContext, "narrator">,
) => void | Promise<void>;
