/**
 * The one error that users meet, and the table of exit codes. An error says what went wrong, which value caused it, and what
 * to do next; `main.ts` is the only place that prints it.
 */

import { closest, distance } from "fastest-levenshtein";

/** Exit codes, in the order of their table in `lab help exit-codes`. */
export const exitCodes = {
  confirmed: { code: 0, meaning: "all expectations confirmed, nothing left behind" },
  refuted: { code: 1, meaning: "an expectation was refuted by the measurement" },
  inconclusive: { code: 2, meaning: "the experiment allows no verdict (the report says why)" },
  environment: { code: 3, meaning: "engine, Compose, image, port or subnet: the lab cannot run here as things are" },
  leftBehind: { code: 4, meaning: "the verdict is fine, but something of the lab is left on this machine" },
  usage: { code: 64, meaning: "the command line is wrong" },
  internal: { code: 70, meaning: "an error in the lab itself" },
  hungUp: { code: 129, meaning: "the terminal was closed (SIGHUP)" },
  interrupted: { code: 130, meaning: "Ctrl-C (SIGINT)" },
  quit: { code: 131, meaning: "Ctrl-\\ (SIGQUIT)" },
  terminated: { code: 143, meaning: "SIGTERM" },
} as const;

export type ExitReason = keyof typeof exitCodes;

/** From most to least important, when several apply: 1 > 70 > 3 > 2 > 4 > 0. A signal is answered with its own code. */
const precedence: ExitReason[] = ["refuted", "internal", "environment", "inconclusive", "leftBehind", "confirmed"];

/** The one exit code that stands for all reasons that apply. */
export function exitCodeFor(reasons: readonly ExitReason[]): number {
  const first = precedence.find((reason) => reasons.includes(reason)) ?? "confirmed";
  return exitCodes[first].code;
}

export interface LabErrorOptions {
  /** Stable name for documentation and searches, e.g. `port-taken`. */
  id: string;
  /** What to do about it: a command or a sentence. */
  todo: string;
  /** Which exit code applies. */
  exit: ExitReason;
  cause?: unknown;
}

export class LabError extends Error {
  override readonly name = "LabError";
  readonly id: string;
  readonly todo: string;
  readonly exit: ExitReason;

  /** @param message what went wrong, with the value that caused it */
  constructor(message: string, { id, todo, exit, cause }: LabErrorOptions) {
    super(message, cause === undefined ? {} : { cause });
    this.id = id;
    this.todo = todo;
    this.exit = exit;
  }
}

/** A value on the command line that is not allowed: names the value, lists what is allowed, offers the nearest one. */
export function unknownValue(what: string, given: string, allowed: readonly string[]): LabError {
  const nearest = nearestOf(given, allowed);
  return new LabError(`Unknown ${what} "${given}".`, {
    id: `unknown-${what.replaceAll(" ", "-")}`,
    todo: `${nearest ? `Did you mean "${nearest}"? ` : ""}Allowed: ${allowed.join(", ")}.`,
    exit: "usage",
  });
}

/** An error as people read it: what is wrong, what to do, its id; a line each. */
export function errorLines(error: unknown): string[] {
  if (error instanceof LabError) return [`lab: ${error.message}`, `     ${error.todo}`, `     (${error.id})`];
  return [
    `lab: internal error: ${(error as Error)?.message ?? String(error)}`,
    "     Run it again with --debug and report what it prints.",
  ];
}

const diskRefusals: Record<string, string> = {
  ENOSPC: "the disk is full",
  EDQUOT: "your share of the disk is used up",
  EROFS: "it is read-only",
  EACCES: "you may not write there",
};

/** An error of the disk in words; anything else as it is. */
export function explainDisk(error: unknown): unknown {
  const { code = "", path } = error as NodeJS.ErrnoException;
  const why = diskRefusals[code];
  if (!why || error instanceof LabError) return error;
  return new LabError(`${path ?? "The lab's folder"} cannot be written: ${why}.`, {
    id: "state-unwritable",
    todo: "Make room or give yourself the right, or choose another folder with LAB_HOME.",
    exit: "environment",
    cause: error,
  });
}

/** The one among `allowed` that was probably meant, if any is near enough. */
export function nearestOf(given: string, allowed: readonly string[]): string | undefined {
  if (allowed.length === 0) return undefined;
  const nearest = closest(given.toLowerCase(), allowed);
  return distance(given.toLowerCase(), nearest) <= Math.max(2, Math.floor(nearest.length / 3)) ? nearest : undefined;
}
