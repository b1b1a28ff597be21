import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** The package's own folder, whether this file runs from its sources or from dist. */
export const packageRoot: string = findRoot(import.meta.dirname);

export const composeFile: string = join(packageRoot, "compose/compose.yaml");
export const policiesFolder: string = join(packageRoot, "nginx/policies");
export const storesCatalogue: string = join(packageRoot, "dist/app/stores.json");
/** The folder of the recorded run that comes with the package. */
export const demoRun: string = join(packageRoot, "docs/example/demo");
export const appBundle: string = join(packageRoot, "dist/app/server.cjs");
/** The process that cleans up after a command that died. */
export const watchdogProgram: string = join(packageRoot, "dist/cli/lab/watchdog.js");

/** Where the lab keeps its runs: `LAB_HOME`, else the user's state folder (XDG Base Directory). */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LAB_HOME) return resolve(env.LAB_HOME);
  return join(env.XDG_STATE_HOME || join(homedir(), ".local/state"), "session-lab");
}

/** Of what is on record of labs that commands have begun. */
export function recordsFolder(): string {
  return join(stateFolder(), "labs");
}

export function runsFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(stateFolder(env), "runs");
}

function findRoot(from: string): string {
  if (existsSync(join(from, "package.json"))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error(`no package.json above ${import.meta.dirname}`);
  return findRoot(parent);
}
