import type { Result } from "../verdict/result.ts";
import { isScenarioId, repeatCommand } from "./repeat-command.ts";

/** A command, and what one will see by it. */
export interface Suggestion {
  command: string;
  /** Goes on after "to see". */
  toSee?: string;
}

/** After a sound verdict what the scenario suggests; otherwise the same again. Only names that are safe in a shell are suggested. */
export function nextStep(result: Pick<Result, "scenario" | "run" | "verdict" | "architectures">): Suggestion {
  const { next } = result.scenario;
  const again = result.verdict === "confirmed" ? undefined : repeatCommand(result);
  if (again !== undefined) return { command: again, toSee: "whether it happens again" };
  if (result.verdict === "confirmed" && next && isScenarioId(next.scenario))
    return { command: `lab scenario ${next.scenario}`, toSee: next.toSee };
  return { command: "lab scenario --list" };
}
