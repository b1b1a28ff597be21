import { join } from "node:path";
import { LabError } from "../errors.ts";
import { readHistory } from "../history/reader.ts";
import { combineTrials } from "../verdict/combine-trials.ts";
import { judge } from "../verdict/judge.ts";
import type { Result } from "../verdict/result.ts";
import { historyFolders, runFiles } from "./run-folders.ts";

/**
 * Judges a stored run again, or each trial of a stored set: from the histories alone, so that its folder can be carried anywhere.
 *
 * @returns the result, and the folder of each trial, in order
 * @throws LabError of the history's reader, or (`mixed-trials`) when the trials in the folder belong to different sets
 */
export async function judgeRun(folder: string): Promise<{ result: Result; folders: string[] }> {
  const folders = historyFolders(folder);
  const results: Result[] = [];
  for (const one of folders) results.push(await judge(readHistory(join(one, runFiles.history))));
  const isSet = folders[0] !== folder;
  if (isSet && new Set(results.map(whichSet)).size > 1) throw mixed(folder, results);
  if (isSet && results.some(({ run }) => !run.trial)) throw mixed(folder, results);
  return { result: isSet ? combineTrials(results) : results[0]!, folders };
}

function whichSet({ run: { trial }, scenario, architectures }: Result): string {
  return JSON.stringify([trial?.set, trial?.seed, scenario.id, architectures.map(({ id }) => id)]);
}

function mixed(folder: string, results: readonly Result[]): LabError {
  const sets = new Set(results.map(({ run }) => JSON.stringify(run.trial?.set ?? run.id)));
  return new LabError(`The trials in ${folder} are not of one set: ${[...sets].join(", ")}.`, {
    id: "mixed-trials",
    todo: "Copy the set's folder again from where it was made, or judge one trial: give its own folder.",
    exit: "usage",
  });
}
