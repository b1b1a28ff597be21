import type { Command } from "commander";
import { unknownValue } from "../errors.ts";

export function addCompletion(program: Command): void {
  program
    .command("completion")
    .description("print the script with which bash, zsh or fish completes commands, scenarios, stores, runs, ...")
    .argument("<shell>", "bash, zsh or fish; the script's first lines say where it goes")
    .action(async (shell: string) => {
      const { completionScripts } = await import("../terminal/completion/scripts.ts");
      const { harmless } = await import("../report/text.ts");
      const known = Object.keys(completionScripts);
      if (!known.includes(shell)) throw unknownValue("shell", harmless(shell), known);
      process.stdout.write(completionScripts[shell as keyof typeof completionScripts]);
    });
  // Asked by the scripts, at every press of the tabulator key.
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .allowUnknownOption()
    .action(async (words: string[]) => {
      const { completeLine } = await import("../terminal/completion/completion.ts");
      const found = await completeLine(program, words);
      const lines = found === "files" ? [":files"] : found.map(({ value, description }) => `${value}\t${description}`);
      process.stdout.write(lines.map((line) => `${line}\n`).join(""));
    });
}
