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
}

/** What the bench writes. */
export interface Measured {
  rounds: number;
  cores: number;
  figures: Figure[];
}

/** A group of measurements, in a file of its own. */
export type Measurement = (bench: Bench) => Promise<Figure[]>;

/** What the measurements share. */
export interface Bench {
  rounds: number;
  /** The built `lab` command on a lab of the bench's own. @throws when it fails */
  lab(...args: string[]): Promise<{ stdout: string }>;
  /** Where that lab keeps its runs. */
  home: string;
}

/** Median and spread. @param values at least one */
export function figure(what: string, against: string, values: readonly number[], aim?: string): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    what,
    against,
    median: sorted[Math.floor(sorted.length / 2)]!,
    lowest: sorted[0]!,
    highest: sorted.at(-1)!,
    ...(aim === undefined ? {} : { aim }),
  };
}

/** One after the other, so that they do not disturb each other. */
export async function repeat<Value>(times: number, measure: () => Promise<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for (let time = 0; time < times; time++) values.push(await measure());
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
