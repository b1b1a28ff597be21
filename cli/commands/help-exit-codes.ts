import type { Command } from "commander";
import { exitCodes } from "../errors.ts";

/** The table of exit codes, from the one place that defines them. */
export function exitCodesHelp(): string {
  const rows = Object.values(exitCodes).map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return [
    "Exit codes:",
    ...rows,
    "",
    "When several apply: 1 before 70 before 3 before 2 before 4 before 0; --json lists all that apply.",
    "Lost sessions that theory predicts are a confirmed run: exit 0.",
    "",
  ].join("\n");
}

export function addExitCodes(program: Command): void {
  program
    .command("exit-codes")
    .description("what each exit code means (also: lab help exit-codes)")
    .action(() => {
      process.stdout.write(exitCodesHelp());
    });
}
