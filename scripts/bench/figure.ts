/** One line of the table: a ratio, or a figure with a unit, over several rounds. */
export interface Figure {
  /** What the lab does. */
  what: string;
  /** What it is divided by; or the unit, where it is divided by nothing. */
  against: string;
  median: number;
  lowest: number;
  highest: number;
  /** What was hoped for, where something was. */
  aim?: string;
  /** Its place in the table of growth, where it belongs there. */
  cell?: { users: number; architectures: number };
}

/** A group of measurements, in a file of its own. */
export type Measurement = (bench: Bench) => Promise<Figure[]>;

/** What the measurements share. */
export interface Bench {
  rounds: number;
  /** Runs a command, which ends with the bench when that is interrupted. @throws when it fails */
  run(program: string, args: readonly string[], env?: Record<string, string>): Promise<{ stdout: string }>;
  /** Runs a command that removes something, to its end whatever happens. @throws when it fails */
  undo(program: string, args: readonly string[], env?: Record<string, string>): Promise<unknown>;
  /** The built `lab` command on a lab of the bench's own. @throws when it fails */
  lab(...args: string[]): Promise<{ stdout: string }>;
  /** Where that lab keeps its runs, and whatever the bench writes. */
  home: string;
}

/** Median and spread. @param values at least one */
export function figure(what: string, against: string, values: readonly number[], aim?: string): Figure {
  return {
    what,
    against,
    median: medianOf(values),
    lowest: Math.min(...values),
    highest: Math.max(...values),
    ...(aim === undefined ? {} : { aim }),
  };
}

/** Of an even number of values the middle between the two in the middle. @param values at least one */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** One after the other, so that they do not disturb each other. */
export async function repeat<Value>(times: number, measure: (round: number) => Promise<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for (let round = 0; round < times; round++) values.push(await measure(round));
  return values;
}

/**
 * Each once, and each round another first: whatever comes later finds warmer caches, or a machine that others have begun to use.
 *
 * @returns what each came to, in the order in which they are given
 */
export async function inTurns<Value>(round: number, measures: readonly (() => Promise<Value>)[]): Promise<Value[]> {
  const values: Value[] = [];
  for (let turn = 0; turn < measures.length; turn++) {
    const index = (round + turn) % measures.length;
    values[index] = await measures[index]!();
  }
  return values;
}

/** @returns milliseconds */
export async function timed(act: () => PromiseLike<unknown>): Promise<number> {
  const begin = performance.now();
  await act();
  return performance.now() - begin;
}

/** To whoever waits. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
