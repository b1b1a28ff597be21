import type { Result } from "../verdict/result.ts";

/** What to try after a scenario: the one that turns its lesson around. Keys are scenario ids. */
const nextSteps: Record<string, string> = {
  login: "lab scenario server-crash",
  "server-crash": "lab scenario redis-crash",
  "redis-crash": "lab scenario redis-restart",
  "redis-restart": "lab scenario server-crash",
};

/** After a sound verdict something new; otherwise the same again. Only names that are safe in a shell are suggested. */
export function nextStep({
  scenario: { id },
  run: { seed },
  verdict,
}: Pick<Result, "scenario" | "run" | "verdict">): string {
  if (verdict !== "confirmed" && shellWord(id) === id)
    return `lab scenario ${id} --seed ${seed}, to see whether it happens again`;
  return Object.hasOwn(nextSteps, id) ? nextSteps[id]! : "lab scenario --list";
}

/** A word for a POSIX shell: as it is where nothing in it has a meaning there, in single quotes otherwise. */
export function shellWord(word: string): string {
  return /^[\w.][\w.-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
