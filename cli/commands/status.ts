import type { Command } from "commander";
import { nameOption, screenOf } from "./options.ts";

export function addStatus(program: Command): void {
  program
    .command("status")
    .description("health of the services, where sessions live, and how Redis is doing")
    .addOption(nameOption())
    .option("--json", "as JSON")
    .action(async (options: { name: string; json?: boolean }, command: Command) => {
      const { status } = await import("../flows/status.ts");
      await status(options, screenOf(command));
    });
}
