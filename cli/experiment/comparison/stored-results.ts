import { existsSync, readFileSync } from "node:fs";
import { LabError } from "../../errors.ts";
import type { Versions } from "../../history/events.ts";
import { replaceFile } from "../../host/replace-file.ts";
import { victim } from "../../theory/targets.ts";
import { type Result, resultSchema } from "../../verdict/result.ts";
import type { Plan } from "../plan.ts";

/** What of a lab decides whether a result still holds. */
export type ComparedVersions = Pick<Versions, "lab" | "nginx" | "node" | "redis">;

/**
 * The results in a file that `--resume` wrote, or that `lab compare --json` printed; none where there is no such file.
 *
 * @throws LabError (`resume-unreadable`)
 */
export function readResults(file: string): Result[] {
  if (!existsSync(file)) return [];
  try {
    const document: unknown = JSON.parse(readFileSync(file, "utf8"));
    const results = Array.isArray(document) ? document : (document as { results?: unknown }).results;
    return resultSchema.array().parse(results);
  } catch (error) {
    throw new LabError(`The file ${file} is no comparison that was begun.`, {
      id: "resume-unreadable",
      todo: "Give a file that --resume wrote, the output of `lab compare --json`, or a file that does not exist yet.",
      exit: "usage",
      cause: error,
    });
  }
}

/** In one go, so that the file is complete whenever this is cut short; readable by its owner only. */
export async function writeResults(file: string, results: readonly Result[]): Promise<void> {
  await replaceFile(file, `${JSON.stringify(results, null, 2)}\n`, { mode: 0o600 });
}

/** Why a stored result does not answer what is asked now, in words; undefined when it does. */
export function whyNotTheSame(
  { run, architectures }: Result,
  plan: Pick<Plan, "architectures" | "users" | "victim" | "scenario">,
  versions: ComparedVersions,
): string | undefined {
  const measured = architectures.map(({ id }) => id);
  const missing = plan.architectures.map(({ id }) => id).filter((id) => !measured.includes(id));
  if (!run.complete) return "it was cut short";
  if (missing.length > 0) return `it has no ${missing.join(", ")}`;
  if (run.users !== plan.users) return `it has ${run.users} users per architecture, asked for are ${plan.users}`;
  if (aimsAtVictim(plan) && run.victim !== plan.victim)
    return `its victim is ${run.victim}, asked for is ${plan.victim}`;
  for (const what of ["lab", "nginx", "node", "redis"] as const)
    if (run.versions[what] !== versions[what])
      return `it was measured with ${what} ${run.versions[what]}, here is ${versions[what]}`;
  return undefined;
}

function aimsAtVictim({ scenario: { steps } }: Pick<Plan, "scenario">): boolean {
  return steps.some(
    (step) => (step.do === "inject" || step.do === "given") && step.faults.some(({ target }) => target === victim),
  );
}
