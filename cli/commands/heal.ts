import type { Command } from "commander";
import type { HealOptions } from "../flows/heal.ts";
import { forceOption, nameOption, waitOption } from "./options.ts";

export function addHeal(program: Command): void {
  program
    .command("heal")
    .description("mend what is dead, frozen, cut off, set otherwise or unable to save, and wait until it answers")
    .argument("[service...]", "only these (default: all)")
    .addOption(nameOption())
    .addOption(waitOption())
    .addOption(forceOption())
    .action(async (services: string[], options: HealOptions) => {
      await (await import("../flows/heal.ts")).heal(services, options);
    });
}
