import type { Command } from "commander";

export function addCompletion(program: Command): void {
  program
    .command("completion")
    .description("print the script with which bash, zsh or fish completes commands, scenarios, stores, runs, ...")
    .argument("<shell>", "bash, zsh or fish; the script's first lines say where it goes")
    .action(async (shell: string) => (await import("../flows/completion.ts")).printCompletionScript(shell));
  // Asked by the scripts, at every press of the tabulator key.
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .allowUnknownOption()
    .action(async (words: string[]) => (await import("../flows/completion.ts")).complete(program, words));
}
