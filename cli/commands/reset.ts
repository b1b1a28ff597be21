import type { Command } from "commander";
import type { ResetOptions } from "../flows/reset.ts";
import { forceOption, nameOption, waitOption } from "./options.ts";

export function addReset(program: Command): void {
  program
    .command("reset")
    .description("make the lab as new in seconds: everything alive, no session anywhere, kept users forgotten")
    .addOption(nameOption())
    .addOption(waitOption())
    .addOption(forceOption())
    .action(async (options: ResetOptions) => (await import("../flows/reset.ts")).reset(options));
}
