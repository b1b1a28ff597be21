import type { Command } from "commander";
import type { UpOptions } from "../flows/up.ts";
import { commaList, nameOption, portOption, screenOf } from "./options.ts";

export function addUp(program: Command): void {
  program
    .command("up")
    .description("start a lab and leave it running; prints its URLs")
    .addOption(nameOption())
    .addOption(portOption())
    .option("--with <profiles>", "start optional servers too, also in a lab that runs (comma list)", commaList, [])
    .action(async (options: UpOptions, command: Command) => {
      const { up } = await import("../flows/up.ts");
      await up(options, screenOf(command));
    });
}
