import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LabError } from "../errors.ts";
import { runFiles } from "../experiment/run-folders.ts";
import type { Troubles } from "../experiment/troubles.ts";
import { readHistory } from "../history/reader.ts";
import { replaceFile } from "../host/replace-file.ts";
import { formatFor, type ReportFormat } from "../report/formats.ts";
import type { Result } from "../verdict/result.ts";

export interface ReportFile {
  file: string;
  format: ReportFormat;
}

/**
 * What `--report` asks for. Checked before anything is started: a run takes longer than a slip of the keyboard.
 *
 * @throws LabError (`unknown-report-ending`, `report-not-writable`, `report-exists`)
 */
export function chooseReports(files: readonly string[]): ReportFile[] {
  return files.map((file) => {
    const format = formatFor(file);
    requireOwnPlace(file, format);
    return { file, format };
  });
}

/**
 * What is there already is replaced only when it is such a report of the lab, or empty.
 *
 * @throws LabError (`report-not-writable`, `report-exists`)
 */
export function requireOwnPlace(file: string, { id, mark }: Pick<ReportFormat, "id" | "mark">): void {
  requireWritable(file);
  const beginning = beginningOf(file);
  if (beginning === "" || mark.test(beginning)) return;
  throw new LabError(`${file} is there already, and is no ${id} report of the lab.`, {
    id: "report-exists",
    todo: "Give another name, or remove that file first. Only reports of the lab are replaced.",
    exit: "usage",
  });
}

/** The first 64 KiB of a file as text; "" where there is none, or something without a content of its own, e.g. a pipe. */
function beginningOf(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return "";
  try {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(64 * 1024);
      return bytes.toString("utf8", 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw notWritable(path, error as Error, "usage");
  }
}

/** @throws LabError (`report-not-writable`) when a file of this name cannot be made, or replaced */
export function requireWritable(file: string): void {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error("it is a directory");
    accessSync(dirname(resolve(file)), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw notWritable(file, error as Error, "usage");
  }
}

/**
 * Writes the reports of a run, each in one go. One that cannot be made keeps no other from being made.
 *
 * @param folders the run folder of each trial, in order
 * @returns what went wrong: LabErrors (`report-not-writable`), and those of the history's reader
 */
export async function writeReports(
  reports: readonly ReportFile[],
  { result, folders }: { result: Result; folders: readonly string[] },
): Promise<Troubles> {
  const troubles: Troubles = [];
  const histories = folders.map((folder) => () => readHistory(join(folder, runFiles.history)));
  for (const { file, format } of reports)
    try {
      await replaceFile(file, format.render({ result, histories }));
    } catch (error) {
      const isDisk = (error as NodeJS.ErrnoException).syscall !== undefined;
      troubles.push(isDisk ? notWritable(file, error as Error, "environment") : error);
    }
  return troubles;
}

/** @param exit a name that is wrong is seen before the run; after it, it is the machine */
function notWritable(file: string, cause: Error, exit: "usage" | "environment"): LabError {
  return new LabError(`The report ${file} cannot be written: ${cause.message}.`, {
    id: "report-not-writable",
    todo:
      exit === "usage"
        ? "Give a file name in a folder that exists and that you may write to."
        : "The run is stored: make room, then `lab report last FILE` writes it again.",
    exit,
    cause,
  });
}
