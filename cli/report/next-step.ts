import type { Result } from "../verdict/result.ts";

/** A command, and what one will see by it. */
export interface Suggestion {
  command: string;
  /** Goes on after "to see". */
  toSee?: string;
}

/** After a sound verdict what the scenario suggests; otherwise the same again. Only names that are safe in a shell are suggested. */
export function nextStep({
  scenario: { id, next },
  run: { seed },
  verdict,
}: Pick<Result, "scenario" | "run" | "verdict">): Suggestion {
  if (verdict !== "confirmed" && shellWord(id) === id)
    return { command: `lab scenario ${id} --seed ${seed}`, toSee: "whether it happens again" };
  if (verdict === "confirmed" && next && shellWord(next.scenario) === next.scenario)
    return { command: `lab scenario ${next.scenario}`, toSee: next.toSee };
  return { command: "lab scenario --list" };
}

/** A word for a POSIX shell: as it is where nothing in it has a meaning there, in single quotes otherwise. */
export function shellWord(word: string): string {
  return /^[\w.][\w.-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
