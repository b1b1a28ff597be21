import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { LabError } from "../errors.ts";
import { makeFolder } from "../host/make-folder.ts";
import { runsFolder } from "../paths.ts";

/** The files of a run's folder. */
export const runFiles = { plan: "plan.json", history: "history.jsonl", result: "result.json" } as const;

/** Sorts by time, says what it was, and is unique. */
export function newRunId(scenarioId: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return `${time}-${scenarioId}-${randomBytes(2).toString("hex")}`;
}

/** A trial of a set lies in the set's folder: its id is a path in the folder of runs. */
export function trialId(set: string, number: number): string {
  return `${set}/trial-${number}`;
}

/** Where a run of that id is, or would be. */
export function runFolder(id: string): string {
  return join(runsFolder(), id);
}

/** Makes the folder of a new run, readable by its owner only. */
export function newRunFolder(id: string, parent: string = runsFolder()): string {
  const folder = join(parent, id);
  makeFolder(folder);
  return folder;
}

/** Ids of the stored runs, oldest first: they begin with the time. A set of trials is one run. */
export function storedRuns(parent: string = runsFolder()): string[] {
  return foldersIn(parent).sort();
}

/** The folders that hold a history each: those of a set's trials in their order, or the run's own. */
export function historyFolders(folder: string): string[] {
  if (existsSync(join(folder, runFiles.history))) return [folder];
  const numbers = foldersIn(folder).flatMap((name) => Number(trialName.exec(name)?.[1] ?? []));
  return numbers
    .sort((one, other) => one - other)
    .map((number) => join(folder, `trial-${number}`))
    .filter((trial) => existsSync(join(trial, runFiles.history)));
}

/**
 * The folder of a run, given by id, by `last`, by path, or as one trial of a set (`<id>/trial-2`).
 *
 * @throws LabError (`unknown-run`) when there is no history in it, nor trials that have one
 */
export function findRunFolder(run: string, parent: string = runsFolder()): string {
  const ids = storedRuns(parent);
  const [wanted = "", trial, ...deeper] = run.split("/");
  const id = wanted === "last" ? ids.at(-1) : ids.find((known) => known === wanted);
  const isStored = id !== undefined && deeper.length === 0 && (trial === undefined || trialName.test(trial));
  const folder = isStored ? join(parent, id, trial ?? "") : resolve(run);
  const isPath = isStored || run.includes("/") || run.includes("\\") || isAbsolute(run) || existsSync(folder);
  if (isPath && historyFolders(folder).length > 0) return folder;
  throw new LabError(
    run === "last" ? "There is no stored run yet." : `There is no run "${run}": no ${runFiles.history} in ${folder}.`,
    {
      id: "unknown-run",
      todo: "`lab runs` lists the stored runs; a path to a run's folder works too.",
      exit: "usage",
    },
  );
}

const trialName = /^trial-([1-9]\d{0,5})$/;

/** Names of the folders in a folder, links excepted; none where there is no such folder. */
function foldersIn(parent: string): string[] {
  if (!statSync(parent, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
