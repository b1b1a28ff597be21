import { anyImage } from "./any-image.ts";
import { docker } from "./engine-inventory.ts";

/** How many containers a lab has without options (compose/compose.yaml). */
const containersOfLab = 8;
const tried = 3;

/** What the README promises of `kill -9`: so many times what the engine takes to remove as many containers one after the other, ... */
const promisedTimes = 5;
/** ... and the silence that is waited for, in case the engine carries out an order late (cli/docker/until-nothing-new.ts), begun anew once. */
const silencesMs = 2 * 2_000;

/** How soon after `kill -9` a lab is to be gone or healed on this engine, as busy as this machine is now. Ask right after it was. */
export async function soonMs(): Promise<number> {
  return promisedTimes * (await removalOfLabMs()) + silencesMs;
}

/** What never ends is given up then; it says nothing of how soon something is to be. */
export const hangMs = 240_000;

/** How long the engine takes to remove as many containers as a lab has, one after the other. */
async function removalOfLabMs(): Promise<number> {
  const run = ["run", "--detach", "--label", "dev.session-lab.test=pace", "--entrypoint", "sleep", await anyImage()];
  const ids: string[] = [];
  try {
    for (let count = 0; count < tried; count++) ids.push(...(await docker(...run, "infinity")));
  } finally {
    // Also after a run that failed half-way.
    if (ids.length < tried && ids.length > 0) await docker("rm", "-f", "-v", ...ids);
  }
  const begin = performance.now();
  for (const id of ids) await docker("rm", "-f", "-v", id);
  return ((performance.now() - begin) / tried) * containersOfLab;
}
