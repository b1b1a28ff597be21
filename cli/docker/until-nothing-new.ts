import { setTimeout as sleep } from "node:timers/promises";

/** Nothing to do for so long means that the engine has no order of a dead command, or of its Compose, left to carry out. */
const quietMs = 2_000;
/** What still has to be done in a round that began after it has an opponent, or cannot be done. */
const deadlineMs = 10_000;

/**
 * Does something again and again until there has been nothing to do for a while: what a command ordered before it was killed may
 * happen after everything looked well. A round is never left half-way, and has to end by itself (cli/wait.ts says why).
 *
 * @param round does what there is to do; tells whether that was nothing
 * @returns false when a round that began after the deadline had something to do: not when one took long
 */
export async function untilQuiet(round: () => Promise<boolean>): Promise<boolean> {
  const begin = performance.now();
  let quietSince = Number.NaN;
  for (;;) {
    const isLate = performance.now() - begin >= deadlineMs;
    const isQuiet = await round();
    if (!isQuiet && isLate) return false;
    if (!isQuiet) quietSince = Number.NaN;
    else if (Number.isNaN(quietSince)) quietSince = performance.now();
    if (performance.now() - quietSince >= quietMs) return true;
    await sleep(200);
  }
}
