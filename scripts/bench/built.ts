import { join } from "node:path";
import { packageRoot } from "../../cli/paths.ts";

/** The program as users run it. */
export const builtLab = join(packageRoot, "dist/cli/main.js");

/**
 * A module of the built CLI: what is measured is what users run, not what a loader makes of the sources.
 *
 * @param file below `cli`, without its ending; the type is that of the source: `built<typeof import("../../cli/wait.ts")>("wait")`
 */
export function built<Module>(file: string): Promise<Module> {
  return import(join(packageRoot, "dist/cli", `${file}.js`)) as Promise<Module>;
}

/** Arguments with which Node runs a script of this folder. */
export function benchScript(name: string): string[] {
  return ["--import", "tsx", join(packageRoot, "scripts/bench", name)];
}
