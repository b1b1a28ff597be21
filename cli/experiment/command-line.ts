/**
 * The command line of a run, for its history and its reports, which are handed round: what decides what is played, and nothing of this
 * machine, e.g. where reports go or what the lab is called.
 *
 * @param words the command and its argument
 * @param options those that were given; a list becomes a comma list, undefined is left out
 */
export function commandLine(
  words: readonly string[],
  options: Readonly<Record<string, readonly string[] | string | number | true | undefined>> = {},
): string {
  const given = Object.entries(options).flatMap(([option, value]) => {
    if (value === undefined) return [];
    return value === true ? [option] : [option, String(value)];
  });
  return ["lab", ...words, ...given].join(" ");
}
