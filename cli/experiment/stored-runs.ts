import { readFileSync } from "node:fs";
import { join } from "node:path";
import { otherThanFile } from "../history/plain-file.ts";
import { runsFolder } from "../paths.ts";
import { runFiles, storedRuns } from "./run-folders.ts";

export interface StoredRun {
  id: string;
  folder: string;
  /** As stored; `not judged` where there is no readable result. */
  verdict: string;
}

export function listRuns(): StoredRun[] {
  return storedRuns().map((id) => {
    const folder = join(runsFolder(), id);
    return { id, folder, verdict: verdictIn(join(folder, runFiles.result)) };
  });
}

function verdictIn(file: string): string {
  try {
    if (otherThanFile(file)) return "not judged";
    const { verdict } = JSON.parse(readFileSync(file, "utf8")) as { verdict?: unknown };
    return typeof verdict === "string" ? verdict.slice(0, 20).replaceAll(/[^a-z ]/g, "?") : "not judged";
  } catch {
    return "not judged";
  }
}
