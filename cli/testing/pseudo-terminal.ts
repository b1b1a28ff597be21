import { spawn } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { packageRoot } from "../lab/paths.ts";
import { waitUntil } from "../wait.ts";

/** The `lab` command in a real terminal of 80 columns and 24 rows, driven by its keys. */
export interface PseudoTerminal {
  /** Everything that was written so far, without colours and cursor movements. */
  seen(): string;
  /** Waits for a text after what was awaited before. @throws with what was seen instead */
  waitFor(text: string): Promise<void>;
  press(keys: string): void;
  /** The exit code. */
  readonly ended: Promise<number>;
}

export const keys = { enter: "\r", down: "\u001b[B", space: " " } as const;

/** How long a test waits for a text: longer than any experiment of a lesson. */
const patienceMs = 60_000;

/** util-linux's `script` makes the terminal; it is on every Debian. */
export function openPseudoTerminal(args: readonly string[], env: Record<string, string>): PseudoTerminal {
  const quoted = [process.execPath, join(packageRoot, "dist/cli/main.js"), ...args].map((word) => `'${word}'`);
  const command = `stty cols 80 rows 24; exec ${quoted.join(" ")}`;
  const child = spawn("script", ["-qefc", command, "/dev/null"], {
    env: { ...process.env, TERM: "xterm", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let raw = "";
  let read = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    raw += text;
  });
  const seen = () => stripVTControlCharacters(raw);
  return {
    seen,
    async waitFor(text) {
      const { ok } = await waitUntil({
        look: async () => seen().indexOf(text, read),
        until: (at) => at !== -1,
        deadlineMs: patienceMs,
      });
      if (!ok) throw new Error(`"${text}" did not appear; the last that was seen:\n${seen().slice(-2_000)}`);
      read = seen().indexOf(text, read) + text.length;
    },
    press: (typed) => void child.stdin.write(typed),
    ended: new Promise((resolve) => child.on("close", (code) => resolve(code ?? -1))),
  };
}
