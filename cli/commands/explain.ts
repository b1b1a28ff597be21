import type { Command } from "commander";
import { screenOf } from "./options.ts";

export function addExplain(program: Command): void {
  program
    .command("explain")
    .description("what a word means: policies, stores, faults, fates, causes, scenarios; without a word, all of them")
    .argument("[word...]", "e.g. orphaned, ip-hash, cookie.memory, session affinity")
    .option("--json", "as JSON")
    .action(async (words: string[], options: { json?: boolean }, command: Command) => {
      const { explain } = await import("../flows/explain.ts");
      await explain(words, options, screenOf(command));
    });
}
