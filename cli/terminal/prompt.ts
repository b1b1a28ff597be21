import { LabError } from "../errors.ts";

/** The door to the person at the keyboard: the only user of @clack/prompts. Questions are talk, so they go to stderr. */

/** Never a question unless somebody can see it and answer: the library would end the process with 0. */
export function canAsk({ input }: { input: boolean }): boolean {
  return input && Boolean(process.stdin.isTTY) && Boolean(process.stderr.isTTY) && process.env.TERM !== "dumb";
}

/** @throws LabError (`no-answer`) after Ctrl-C or Escape */
export async function askNumber(
  { message, from, to }: { message: string; from: number; to: number },
  signal: AbortSignal,
): Promise<number> {
  const { text } = await import("@clack/prompts");
  const answer = await text({
    message,
    ...streams(signal),
    placeholder: `${from} to ${to}`,
    validate: (typed) =>
      /^\d+$/.test(typed ?? "") && Number(typed) >= from && Number(typed) <= to
        ? undefined
        : `A whole number from ${from} to ${to}, please.`,
  });
  return Number(orThrow(answer));
}

/** @returns the id of the chosen answer. @throws LabError (`no-answer`) after Ctrl-C or Escape */
export async function askChoice<Id extends string>(
  { message, choices }: { message: string; choices: readonly { id: Id; says: string }[] },
  signal: AbortSignal,
): Promise<Id> {
  const { select } = await import("@clack/prompts");
  const options = choices.map(({ id, says }) => ({ value: id as string, label: says }));
  return orThrow(await select({ message, options, ...streams(signal) })) as Id;
}

/** The library leaves a listener on the signal at every question; on one of the question's own that is no leak. */
function streams(signal: AbortSignal) {
  return { input: process.stdin, output: process.stderr, signal: AbortSignal.any([signal]) };
}

function orThrow<Answer>(answer: Answer | symbol): Answer {
  if (typeof answer === "symbol")
    throw new LabError("The question was not answered.", {
      id: "no-answer",
      todo: "Nothing was done. --no-input asks no questions.",
      exit: "interrupted",
    });
  return answer;
}
