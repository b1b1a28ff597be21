import type { Result } from "../verdict/result.ts";
import { shellWord } from "./shell-word.ts";

/**
 * The command that plays the same again: the same architectures, users, victims and instants. Of one trial it is the command of the
 * whole set, because nothing plays a trial alone.
 *
 * @returns undefined where a name is none that the lab would give, as in a history that somebody made up
 */
export function repeatCommand({
  scenario,
  run,
  architectures,
}: Pick<Result, "scenario" | "run" | "architectures">): string | undefined {
  const { policies, stores, users, victim, trials } = run.asked ?? askedOfOld(run, architectures);
  const options: [option: string, values: readonly string[] | undefined][] = [
    ["--policy", policies],
    ["--store", stores],
    ["--users", users === undefined ? undefined : [`${users}`]],
    ["--victim", victim === undefined ? undefined : [victim]],
    ["--trials", trials === undefined ? undefined : [`${trials}`]],
  ];
  const given = options.flatMap(([option, values]) => (values ? [{ option, values }] : []));
  const names = [scenario.id, ...given.flatMap(({ values }) => values)];
  if (names.some((name) => shellWord(name) !== name)) return undefined;
  const seed = run.trial?.seed ?? run.seed;
  return [
    `lab scenario ${scenario.id} --seed ${seed}`,
    ...given.map(({ option, values }) => `${option} ${values.join(",")}`),
  ].join(" ");
}

/** The command that judges a stored run, or one trial of a set, again. */
export function judgeCommand({ id }: Pick<Result["run"], "id">): string {
  return `lab judge ${id.split("/").map(shellWord).join("/")}`;
}

/** A history of old does not say what was asked: everything that took part is named. */
function askedOfOld(
  { users, victim, trials }: Result["run"],
  architectures: Result["architectures"],
): NonNullable<Result["run"]["asked"]> {
  return {
    policies: [...new Set(architectures.map(({ policy }) => policy))],
    stores: [...new Set(architectures.map(({ store }) => store))],
    users,
    ...(trials === 1 ? { victim } : { trials }),
  };
}
