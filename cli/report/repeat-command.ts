import type { Result } from "../verdict/result.ts";

/**
 * The command that plays the same again: the same architectures, users, victims and instants. Of one trial it is the command of the
 * whole set, because nothing plays a trial alone. It is made from names and numbers that the command line takes, never from the
 * line that the history says it was: a history may come from anybody.
 *
 * @returns undefined where a name or a number is none that the lab would give, as in a history that somebody made up
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
  const names = given.flatMap(({ values }) => values);
  if (!isScenarioId(scenario.id) || !names.every(isPlain)) return undefined;
  const seed = run.trial?.seed ?? run.seed;
  if (seed < 0 || seed > mostSeed || (users ?? 1) > mostUsers || (trials ?? 1) > mostTrials) return undefined;
  return [
    `lab scenario ${scenario.id} --seed ${seed}`,
    ...given.map(({ option, values }) => `${option} ${values.join(",")}`),
  ].join(" ");
}

/** As `lab scenario` takes them (cli/commands/scenario.ts). */
const [mostSeed, mostUsers, mostTrials] = [2 ** 31 - 1, 100_000, 1_000];

/** Nothing in it has a meaning in a shell, and it is no option. */
function isPlain(name: string): boolean {
  return /^\w[\w.-]*$/.test(name);
}

/** As the files of the catalogue are called. */
export function isScenarioId(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,60}$/.test(text);
}

/**
 * The command that judges a stored run, or one trial of a set, again.
 *
 * @returns undefined where its id is none that the lab would give
 */
export function judgeCommand({ id }: Pick<Result["run"], "id">): string | undefined {
  return /^\w[\w.-]*(\/trial-\d{1,6})?$/.test(id) ? `lab judge ${id}` : undefined;
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
