#!/usr/bin/env node
/**
 * The `lab` command. The only place that prints errors and sets exit codes. Commands declare their options at once
 * (`program.ts`), so that help is quick, and load what they do only when they do it.
 */
import { type Command, CommanderError } from "commander";
import { exitCodesHelp } from "./commands/help-exit-codes.ts";
import { buildProgram } from "./commands/program.ts";
import { errorLines, exitCodes, explainDisk, LabError } from "./errors.ts";

/** `lab down` does so last: what it was asked to remove, it removes itself. The shell's completion only looks on. */
async function cleanUpAfterTheDead(_program: Command, command: Command): Promise<void> {
  if (command.name() === "complete") return;
  (await import("./record/own-state.ts")).requireOwnState();
  if (command.name() === "down") return;
  const { sweep } = await import("./lab/clean-up-after-dead-commands.ts");
  await sweep((text) => process.stderr.write(`lab: ${text}\n`));
}

async function main(argv: readonly string[]): Promise<void> {
  // `lab help exit-codes` is a topic, not a command.
  if (argv[2] === "help" && argv[3] === "exit-codes") {
    process.stdout.write(exitCodesHelp());
    return;
  }
  try {
    await buildProgram().hook("preAction", cleanUpAfterTheDead).parseAsync(argv);
  } catch (error) {
    process.exitCode = await report(explainDisk(error), argv.includes("--debug"));
  }
}

/** Prints an error and returns the exit code. */
async function report(error: unknown, debug: boolean): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage.code;
  const lines = errorLines(error);
  if (debug) lines.push(describe(error));
  const { harmless } = await import("./report/text.ts");
  // It may quote what an engine, a file or a server said.
  const plain = lines.flatMap((line) => line.split("\n")).map((line) => harmless(line));
  process.stderr.write(`${plain.join("\n")}\n`);
  return error instanceof LabError ? exitCodes[error.exit].code : exitCodes.internal.code;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/**
 * A reader that has seen enough (`lab ... | head`) closes the pipe, or somebody the terminal: no error, and cleaning up goes on. A
 * file that cannot take the output, e.g. on a full disk, is one, after a refuted run or an error of the lab itself.
 */
for (const stream of [process.stdout, process.stderr])
  stream.once("error", (error: NodeJS.ErrnoException) => {
    stream.on("error", () => {});
    if (error.code === "EPIPE" || error.code === "EIO" || stream === process.stderr) return;
    process.stderr.write(`lab: the output cannot be written: ${error.message}.\n`);
    process.once("exit", (code) => {
      const weaker: number[] = [exitCodes.confirmed, exitCodes.inconclusive, exitCodes.leftBehind].map(
        (one) => one.code,
      );
      if (weaker.includes(code)) process.exitCode = exitCodes.environment.code;
    });
  });

await main(process.argv);
