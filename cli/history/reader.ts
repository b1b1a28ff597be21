import { statSync } from "node:fs";
import { LabError } from "../errors.ts";
import { type HistoryEvent, parseEvent } from "./events.ts";
import { Limits } from "./limits.ts";
import { LongLine, linesOf } from "./lines.ts";
import { isOperation } from "./operation-shape.ts";
import { otherThanFile } from "./plain-file.ts";
import { isOfVersion1, upgrading } from "./upgrade.ts";

/**
 * Reads a history event by event, without holding it in memory. One of version 1 is upgraded on the way.
 *
 * @param options.mostBytes for who does hold it in memory
 * @throws LabError (`history-unreadable`, `history-damaged`, `history-too-large`) naming the file, the line and what is wrong with it
 */
export async function* readHistory(
  path: string,
  { mostBytes = Number.POSITIVE_INFINITY }: { mostBytes?: number } = {},
): AsyncGenerator<HistoryEvent> {
  let lineNumber = 0;
  const parse = lineParser(path);
  const limits = new Limits();
  try {
    const other = otherThanFile(path);
    if (other) throw new Error(`it is ${other}, not a file`);
    if (statSync(path).size > mostBytes) throw tooLarge(path, mostBytes);
    for await (const lines of linesOf(path))
      for (const line of lines) {
        lineNumber += 1;
        for (const event of parse(line)) {
          if (lineNumber === 1 && event.type !== "run")
            throw damaged(path, 1, `begins with a "${event.type}" event, not with "run"`);
          if (lineNumber > 1 && event.type === "run") throw damaged(path, lineNumber, `has a second "run" event`);
          const beyond = limits.passed(event, line.length);
          if (beyond !== undefined) throw damaged(path, lineNumber, beyond);
          yield event;
        }
      }
  } catch (error) {
    if (error instanceof LabError) throw error;
    if (error instanceof LongLine) throw damaged(path, lineNumber + 1, error.message);
    throw new LabError(`The history ${path} cannot be read: ${(error as Error).message}.`, {
      id: "history-unreadable",
      todo: "Give a run folder that `lab runs` lists.",
      exit: "usage",
      cause: error,
    });
  }
  if (lineNumber === 0) throw damaged(path, 1, "is empty");
}

/** Reads the lines of one history, from the first on: which version it is of, that one says. */
function lineParser(path: string): (line: string) => readonly HistoryEvent[] {
  let lineNumber = 0;
  let upgrade: ReturnType<typeof upgrading> | undefined;
  return (line) => {
    lineNumber += 1;
    try {
      const value: unknown = JSON.parse(line);
      if (isOperation(value)) return [value];
      if (lineNumber === 1 && isOfVersion1(value)) upgrade = upgrading();
      return upgrade ? upgrade(value) : [parseEvent(value)];
    } catch (error) {
      throw damaged(path, lineNumber, describe(error), error);
    }
  };
}

function describe(error: unknown): string {
  if (error instanceof SyntaxError) return "is not JSON (cut off or overwritten)";
  const issue = (error as { issues?: { path: PropertyKey[]; message: string }[] }).issues?.[0];
  return issue ? `has a wrong "${issue.path.join(".") || "type"}": ${issue.message}` : (error as Error).message;
}

function tooLarge(path: string, mostBytes: number): LabError {
  return new LabError(`The history ${path} is larger than ${mostBytes / 1_000_000} MB: too large for a picture.`, {
    id: "history-too-large",
    todo: "`lab judge` and `lab report` read it all the same; a run of fewer users or architectures can be replayed.",
    exit: "usage",
  });
}

function damaged(path: string, lineNumber: number, what: string, cause?: unknown): LabError {
  return new LabError(`The history ${path} is damaged: line ${lineNumber} ${what}.`, {
    id: "history-damaged",
    todo: "Copy the run folder again from where it was made, or run the scenario again.",
    exit: "usage",
    cause,
  });
}
