import type { Command } from "commander";
import { nameOption } from "./options.ts";

export function addConfig(program: Command): void {
  program
    .command("config")
    .description("the settings in effect, where each comes from, and what changes it")
    .addOption(nameOption())
    .option("--json", "as JSON")
    .action(async ({ name, json }: { name: string; json?: boolean }, command: Command) => {
      const [{ effectiveSettings }, { imageRoles, roles }, { settingsReport }, { jsonReport }, { detectTerminal }] =
        await Promise.all([
          import("../explain/settings.ts"),
          import("../docker/images.ts"),
          import("../report/settings-table.ts"),
          import("../report/json.ts"),
          import("../terminal/terminal.ts"),
        ]);
      const colour = command.optsWithGlobals().color !== false;
      const settings = effectiveSettings({
        env: process.env,
        columns: process.stdout.columns || undefined,
        name: { value: name, source: command.getOptionValueSource("name") },
        colour,
        images: roles.map((role) => {
          const { variable, official, built } = imageRoles[role];
          return { role, variable, otherwise: [official, built] };
        }),
      });
      process.stdout.write(json ? jsonReport(settings) : settingsReport(settings, detectTerminal({ colour })));
    });
}
