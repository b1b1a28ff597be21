import type { Command } from "commander";
import { nameOption, screenOf } from "./options.ts";

export function addConfig(program: Command): void {
  program
    .command("config")
    .description("the settings in effect, where each comes from, and what changes it")
    .addOption(nameOption())
    .option("--json", "as JSON")
    .action(async (options: { name: string; json?: boolean }, command: Command) => {
      const name = { value: options.name, source: command.getOptionValueSource("name") };
      const { config } = await import("../flows/config.ts");
      config({ name, json: options.json }, screenOf(command));
    });
}
