import { existsSync, readdirSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { LabError } from "../errors.ts";
import { makeFolder } from "./make-folder.ts";
import { runsFolder } from "./paths.ts";

/** The files of a run's folder. */
export const runFiles = { plan: "plan.json", history: "history.jsonl", result: "result.json" } as const;

/** Makes the folder of a new run, readable by its owner only. */
export function newRunFolder(id: string, parent: string = runsFolder()): string {
  const folder = join(parent, id);
  makeFolder(folder);
  return folder;
}

/** Ids of the stored runs, oldest first: they begin with the time. */
export function storedRuns(parent: string = runsFolder()): string[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/**
 * The folder of a run, given by id, by `last`, or by path.
 *
 * @throws LabError (`unknown-run`) when there is no history in it
 */
export function findRunFolder(run: string, parent: string = runsFolder()): string {
  const ids = storedRuns(parent);
  const id = run === "last" ? ids.at(-1) : ids.find((known) => known === run);
  const folder = id === undefined ? resolve(run) : join(parent, id);
  const isPath = id !== undefined || run.includes("/") || run.includes("\\") || isAbsolute(run) || existsSync(folder);
  if (isPath && existsSync(join(folder, runFiles.history))) return folder;
  throw new LabError(
    run === "last" ? "There is no stored run yet." : `There is no run "${run}": no ${runFiles.history} in ${folder}.`,
    {
      id: "unknown-run",
      todo: "`lab runs` lists the stored runs; a path to a run's folder works too.",
      exit: "usage",
    },
  );
}
