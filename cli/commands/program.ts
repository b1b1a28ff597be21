/** The commander program: every command with its options, and nothing of what they do. Help, completion and cheat sheet read it. */
import { Command } from "commander";
import { labVersion } from "../version.ts";
import { addCompare } from "./compare.ts";
import { addCompletion } from "./completion.ts";
import { addConfig } from "./config.ts";
import { addDoctor } from "./doctor.ts";
import { addDown } from "./down.ts";
import { addExplain } from "./explain.ts";
import { addFault } from "./fault.ts";
import { addHeal } from "./heal.ts";
import { addExitCodes } from "./help-exit-codes.ts";
import { addImages } from "./images.ts";
import { addJudge } from "./judge.ts";
import { addLogs } from "./logs.ts";
import { addReplay } from "./replay.ts";
import { addReport } from "./report.ts";
import { addReset } from "./reset.ts";
import { addRuns } from "./runs.ts";
import { addScenario } from "./scenario.ts";
import { addSessions } from "./sessions.ts";
import { addStatus } from "./status.ts";
import { addUp } from "./up.ts";
import { addUser } from "./user.ts";
import { addWatch } from "./watch.ts";
import { addWorkshop } from "./workshop.ts";

const examples = `
Examples:
  $ lab scenario server-crash          start a lab, kill an app server, say who is still logged in, remove the lab
  $ lab up                             start a lab to play with; its URLs are printed
  $ lab scenario redis-restart --aof   only Redis with AOF (and the control), on the running lab
  $ lab down                           remove it

Exit codes: \`lab help exit-codes\`. Environment: LAB_NAME, LAB_HOME, NO_COLOR.`;

export function buildProgram(): Command {
  const program = new Command("lab")
    .description("Your server just died: who is still logged in? The lab answers by experiment.")
    .version(labVersion(), "-V, --version", "print the version")
    .option("--no-color", "no colours (also NO_COLOR=1)")
    .option("--no-input", "never ask anything")
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
  for (const add of [addFault, addHeal, addReset, addSessions, addUser, addWatch]) add(program);
  program.commandsGroup("Runs:");
  for (const add of [addRuns, addReplay, addJudge, addReport]) add(program);
  program.commandsGroup("Workshop:");
  addWorkshop(program);
  addExplain(program);
  program.commandsGroup("Other:");
  addCompletion(program);
  addConfig(program);
  addExitCodes(program);
  return program;
}
