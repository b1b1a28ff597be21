import type { Command } from "commander";
import type { SessionsOptions } from "../flows/sessions.ts";
import { nameOption, screenOf } from "./options.ts";

export function addSessions(program: Command): void {
  program
    .command("sessions")
    .description("where each session lives: counts by app server, keys and their ends in Redis")
    .option("--store <name>", "only this session store")
    .addOption(nameOption())
    .option("--json", "as JSON")
    .action(async (options: SessionsOptions, command: Command) => {
      const { sessions } = await import("../flows/sessions.ts");
      await sessions(options, screenOf(command));
    });
}
