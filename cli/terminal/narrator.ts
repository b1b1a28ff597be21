import { harmless, wrap } from "../report/text.ts";
import type { Narrator } from "../runner/narrator.ts";
import type { Terminal } from "./detect-terminal.ts";

export interface TerminalNarrator extends Narrator {
  /** What was being done is done: others may write, or ask. */
  rest(): void;
  end(): void;
}

/** A narrator on stderr: the story stays, what is being done is redrawn in a terminal and a plain line elsewhere. */
export async function openNarrator({ live, colour }: Terminal): Promise<TerminalNarrator> {
  const write = (text: string) => void process.stderr.write(`${text}\n`);
  if (!live) return { tell: write, doing: (text) => write(`  ${harmless(text)}`), rest: () => {}, end: () => {} };
  const [{ default: yoctoSpinner }, { Chalk }] = await Promise.all([import("yocto-spinner"), import("chalk")]);
  const chalk = new Chalk(colour ? {} : { level: 0 });
  const spinner = yoctoSpinner({ stream: process.stderr, handleSignals: false });
  return {
    tell(text) {
      spinner.stop();
      for (const line of wrap(text, process.stderr.columns || 80)) write(chalk.bold(line));
    },
    doing(text) {
      spinner.text = harmless(text);
      if (!spinner.isSpinning) spinner.start();
    },
    rest: () => void spinner.stop(),
    end() {
      spinner.stop();
      write("");
    },
  };
}
