import type { Command } from "commander";
import type { DownOptions } from "../flows/down.ts";
import { forceOption, nameOption } from "./options.ts";

export function addDown(program: Command): void {
  program
    .command("down")
    .description("remove a lab: containers, network, volumes; then look whether anything is left")
    .addOption(nameOption())
    .option("--all", "remove every lab of yours on this engine; names those of others, and leaves them")
    .addOption(forceOption())
    .action(async (options: DownOptions) => (await import("../flows/down.ts")).down(options));
}
