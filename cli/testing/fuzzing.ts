/**
 * How many cases fast-check makes of files that nobody wrote. The same ones each time, so that a change is told apart from chance;
 * `FUZZ_RUNS=100000` makes so many, and other ones each time.
 */
const asked = process.env.FUZZ_RUNS;

export const fuzzing: { numRuns: number; seed?: number } =
  asked === undefined ? { numRuns: 10_000, seed: 1 } : { numRuns: Number(asked) };
