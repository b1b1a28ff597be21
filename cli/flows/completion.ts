import type { Command } from "commander";
import { unknownValue } from "../errors.ts";
import { harmless } from "../report/text.ts";
import { completeLine } from "../terminal/completion/completion.ts";
import { completionScripts } from "../terminal/completion/scripts.ts";

/** Prints the script with which a shell completes. */
export function printCompletionScript(shell: string): void {
  const known = Object.keys(completionScripts);
  if (!known.includes(shell)) throw unknownValue("shell", harmless(shell), known);
  process.stdout.write(completionScripts[shell as keyof typeof completionScripts]);
}

/** What the script asks: prints what may stand where the cursor is. */
export async function complete(program: Command, words: string[]): Promise<void> {
  const found = await completeLine(program, words);
  const lines = found === "files" ? [":files"] : found.map(({ value, description }) => `${value}\t${description}`);
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}
