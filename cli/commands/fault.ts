import type { Command } from "commander";
import { faultKinds } from "../catalogue.ts";
import type { FaultOptions } from "../flows/fault.ts";
import { forceOption, nameOption, screenOf, waitOption } from "./options.ts";

export function addFault(program: Command): void {
  program
    .command("fault")
    .description("break a service and leave it broken; says by which two signs that is certain")
    .argument("<kind>", faultKinds().join(", "))
    .argument("<service>", "which one; `lab status` lists them")
    .addOption(nameOption())
    .addOption(waitOption())
    .addOption(forceOption())
    .option("--json", "as JSON")
    .action(async (kind: string, service: string, options: FaultOptions, command: Command) => {
      const { fault } = await import("../flows/fault.ts");
      await fault({ kind, service }, options, screenOf(command));
    });
}
