#!/usr/bin/env node
/**
 * The `lab` command. The only place that prints errors and sets exit codes. Commands declare their options here at once, so
 * that help is quick, and load what they do only when they do it.
 */
import { Command, CommanderError } from "commander";
import { addCompare } from "./commands/compare.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addDown } from "./commands/down.ts";
import { addFault } from "./commands/fault.ts";
import { addHeal } from "./commands/heal.ts";
import { addExitCodes, exitCodesHelp } from "./commands/help-exit-codes.ts";
import { addImages } from "./commands/images.ts";
import { addJudge } from "./commands/judge.ts";
import { addLogs } from "./commands/logs.ts";
import { addReset } from "./commands/reset.ts";
import { addRuns } from "./commands/runs.ts";
import { addScenario } from "./commands/scenario.ts";
import { addSessions } from "./commands/sessions.ts";
import { addStatus } from "./commands/status.ts";
import { addUp } from "./commands/up.ts";
import { addUser } from "./commands/user.ts";
import { exitCodes, LabError } from "./errors.ts";
import { labVersion } from "./version.ts";

const examples = `
Examples:
  $ lab scenario server-crash          start a lab, kill an app server, say who is still logged in, remove the lab
  $ lab up                             start a lab to play with; its URLs are printed
  $ lab scenario redis-restart --aof   only Redis with AOF (and the control), on the running lab
  $ lab down                           remove it

Exit codes: \`lab help exit-codes\`. Environment: LAB_NAME, LAB_HOME, NO_COLOR.`;

function buildProgram(): Command {
  const program = new Command("lab")
    .description("Your server just died: who is still logged in? The lab answers by experiment.")
    .version(labVersion(), "-V, --version", "print the version")
    .option("--no-color", "no colours (also NO_COLOR=1)")
    .option("--debug", "print stack traces and causes of errors")
    .addHelpText("after", examples)
    .showSuggestionAfterError(true)
    .configureHelp({ sortSubcommands: false, sortOptions: false })
    .exitOverride();
  program.commandsGroup("Lifecycle:");
  for (const add of [addUp, addDown, addStatus, addLogs, addDoctor, addImages]) add(program);
  program.commandsGroup("Experiment:");
  addScenario(program);
  addCompare(program);
  for (const add of [addFault, addHeal, addReset, addSessions, addUser]) add(program);
  program.commandsGroup("Runs:");
  for (const add of [addRuns, addJudge]) add(program);
  program.commandsGroup("Other:");
  addExitCodes(program);
  return program;
}

async function main(argv: readonly string[]): Promise<void> {
  // `lab help exit-codes` is a topic, not a command.
  if (argv[2] === "help" && argv[3] === "exit-codes") {
    process.stdout.write(exitCodesHelp());
    return;
  }
  try {
    await buildProgram().parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error, argv.includes("--debug"));
  }
}

/** Prints an error and returns the exit code. */
function report(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage.code;
  const lines =
    error instanceof LabError
      ? [`lab: ${error.message}`, `     ${error.todo}`, `     (${error.id})`]
      : [
          `lab: internal error: ${(error as Error)?.message ?? String(error)}`,
          "     Run it again with --debug and report what it prints.",
        ];
  if (debug) lines.push(describe(error));
  process.stderr.write(`${lines.join("\n")}\n`);
  return error instanceof LabError ? exitCodes[error.exit].code : exitCodes.internal.code;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/** A reader that has seen enough (`lab ... | head`) closes the pipe; that is no error, and cleaning up goes on. */
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

await main(process.argv);
