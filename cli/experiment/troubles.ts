import { type ExitReason, errorLines, explainDisk, LabError } from "../errors.ts";

/**
 * What fails beside a run, or after it: the lab could not be removed, a report could not be written. It takes nothing from what
 * was measured, is said on stderr, and has an exit code of its own.
 */
export type Troubles = unknown[];

/** Does it; what is thrown is one more trouble. */
export async function attempt<Value>(
  troubles: Troubles,
  act: () => Promise<Value> | Value,
): Promise<Value | undefined> {
  try {
    return await act();
  } catch (error) {
    troubles.push(explainDisk(error));
    return undefined;
  }
}

/** Nothing was measured: the first trouble is the command's error, the others are said before it. */
export function throwFirst([first, ...others]: Troubles): never {
  sayTroubles(others);
  throw first;
}

export function sayTroubles(troubles: Troubles): void {
  for (const trouble of troubles) process.stderr.write(`${errorLines(trouble).join("\n")}\n`);
}

/** The exit code that it calls for. After a run, what can be neither read nor written is the machine's doing, not the command line's. */
export function reasonOf(trouble: unknown): ExitReason {
  if (!(trouble instanceof LabError)) return "internal";
  return trouble.exit === "usage" ? "environment" : trouble.exit;
}
