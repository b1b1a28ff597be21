import { waitUntil } from "../wait.ts";

/** Nothing to do for so long means that the engine has no order of a dead command, or of its Compose, left to carry out. */
const quietMs = 2_000;
const deadlineMs = 10_000;

/**
 * Does something again and again until there has been nothing to do for a while: what a command ordered before it was killed may
 * happen after everything looked well.
 *
 * @param round does what there is to do; tells whether that was nothing
 * @returns false when there was still something to do at the deadline
 */
export async function untilQuiet(round: () => Promise<boolean>): Promise<boolean> {
  let quietSince = Number.NaN;
  const { ok } = await waitUntil({
    look: async () => {
      const isQuiet = await round();
      if (!isQuiet) quietSince = Number.NaN;
      else if (Number.isNaN(quietSince)) quietSince = performance.now();
    },
    until: () => performance.now() - quietSince >= quietMs,
    deadlineMs,
    everyMs: 200,
  });
  return ok;
}
