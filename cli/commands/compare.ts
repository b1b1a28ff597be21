import type { Command } from "commander";
import type { CompareOptions } from "../flows/compare.ts";
import { named } from "../history/services.ts";
import { ownServices } from "../lab/own-services.ts";
import { commaList, nameOption, portOption, screenOf, waitOption, wholeNumber } from "./options.ts";

const appServers = named(ownServices, "app-server");

export function addCompare(program: Command): void {
  program
    .command("compare")
    .description("run the scenarios over the architectures, print the decision table, say which ones meet your needs")
    .option("--policy <names>", "only these balancing policies (comma list)", commaList)
    .option("--store <names>", "only these session stores (comma list)", commaList)
    .option("--scenario <names>", "only these scenarios (comma list)", commaList)
    .option(
      "--need <needs>",
      "what the architecture must offer, e.g. survive-crash,revocable (comma list)",
      commaList,
      [],
    )
    .option(
      "--users <number>",
      "virtual users per architecture, more where chance would answer otherwise",
      wholeNumber({ what: "users", from: 1, to: 1_000 }),
      appServers.length,
    )
    .option(
      "--resume <file>",
      "go on with a comparison: what that JSON file has of the same architectures, users and versions is not measured again",
    )
    .option("--json", "print the comparison and all results as JSON")
    .addOption(nameOption())
    .addOption(portOption())
    .addOption(waitOption())
    .action(async (options: CompareOptions, command: Command) => {
      const { compare } = await import("../flows/compare.ts");
      await compare(options, screenOf(command));
    });
}
