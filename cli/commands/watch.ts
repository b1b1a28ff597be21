import type { Command } from "commander";
import type { WatchOptions } from "../flows/watch.ts";
import { commaList, nameOption, wholeNumber } from "./options.ts";

/** Few enough for a picture; what a workshop begins with. */
const firstStores = ["memory", "redis", "jwt"];

export function addWatch(program: Command): void {
  program
    .command("watch")
    .description("a live picture of the running lab, with a few users in it and buttons to break things")
    .option("--policy <names>", "these balancing policies (comma list)", commaList, ["cookie"])
    .option("--store <names>", `these session stores (default: ${firstStores.join(", ")})`, commaList)
    .option("--users <number>", "virtual users per architecture", wholeNumber({ what: "users", from: 1, to: 1_000 }), 6)
    .option("--no-open", "print the address, open no browser")
    .addOption(nameOption())
    .action(async (options: Omit<WatchOptions, "firstStores">) => {
      await (await import("../flows/watch.ts")).watch({ ...options, firstStores });
    });
}
