import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { packageRoot } from "../paths.ts";
import { waitUntil } from "../wait.ts";
import { hangMs } from "./engine-pace.ts";

/** The `lab` command in a real terminal of 80 columns and 24 rows, driven by its keys. */
export interface PseudoTerminal {
  /** Everything that was written so far, without colours and cursor movements. */
  seen(): string;
  /** The same by lines; one that was written again and again is there as often. */
  lines(): string[];
  /** The same, cut where the screen was cleared. */
  screens(): string[];
  /** Waits for a text after what was awaited before. @returns what came in between. @throws with what was seen instead */
  waitFor(text: string): Promise<string>;
  press(keys: string): void;
  /** To the command alone, as `kill` does; what is typed goes to everything in the terminal. */
  send(signal: NodeJS.Signals): void;
  /** The exit code. */
  readonly ended: Promise<number>;
  /** How the command has left the terminal: what `stty` says of the keys, and whether the cursor shows. */
  leftAs(): string[];
}

/** What a terminal of this size shows at once. */
export const columns = 80;
export const rows = 24;

/** Of `stty -a`: keys come line by line, Ctrl-C is a signal, what is typed shows. */
const orderly = ["isig", "icanon", "echo"];
/** The private mode that shows the cursor or hides it, as every terminal since the VT220 has it. */
const [showCursor, hideCursor] = ["\u001b[?25h", "\u001b[?25l"];

/** A line break, or back to the first column of the same line (ECMA-48: CHA). */
const newLines = ["\r", "\u001b[G", "\u001b[1G"];
/** ECMA-48: erase the display, cursor to the first row and column. */
const clearScreen = "\u001b[2J\u001b[H";

export const keys = { enter: "\r", down: "\u001b[B", space: " " } as const;

/** How long a test waits for a text: longer than any experiment of a lesson. */
const patienceMs = hangMs;

/**
 * util-linux's `script` makes the terminal; it is on every Debian.
 *
 * @param within a command that runs the lab's, e.g. `["nice"]`
 */
export function openPseudoTerminal(
  args: readonly string[],
  env: Record<string, string>,
  within: readonly string[] = [],
): PseudoTerminal {
  const notes = mkdtempSync(join(tmpdir(), "pseudo-terminal-"));
  const [pid, settings] = [join(notes, "pid"), join(notes, "settings")];
  const words = [...within, process.execPath, join(packageRoot, "dist/cli/main.js"), ...args];
  const quoted = words.map((word) => `'${word}'`);
  // The shell outlives the command, and looks at the terminal when it has ended.
  const command = [
    `stty cols ${columns} rows ${rows}; trap : INT QUIT`,
    `sh -c 'echo $$ >"$0"; exec "$@"' '${pid}' ${quoted.join(" ")}`,
    `code=$?; stty -a >'${settings}'; exit $code`,
  ];
  const child = spawn("script", ["-qefc", command.join("\n"), "/dev/null"], {
    env: { ...process.env, TERM: "xterm", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let leftAs: string[] = [];
  let raw = "";
  let read = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    raw += text;
  });
  const seen = () => stripVTControlCharacters(raw);
  return {
    seen,
    lines: () =>
      newLines
        .reduce((text, sequence) => text.replaceAll(sequence, "\n"), raw)
        .split("\n")
        .map(stripVTControlCharacters),
    screens: () => raw.split(clearScreen).map(stripVTControlCharacters),
    async waitFor(text) {
      const { ok } = await waitUntil({
        look: async () => seen().indexOf(text, read),
        until: (at) => at !== -1,
        deadlineMs: patienceMs,
      });
      if (!ok) throw new Error(`"${text}" did not appear; the last that was seen:\n${seen().slice(-2_000)}`);
      const at = seen().indexOf(text, read);
      const between = seen().slice(read, at);
      read = at + text.length;
      return between;
    },
    press: (typed) => void child.stdin.write(typed),
    send: (signal) => void process.kill(Number(readFileSync(pid, "utf8")), signal),
    ended: new Promise((resolve) =>
      child.on("close", (code) => {
        const said = readFileSync(settings, "utf8").split(/[\s;]+/);
        const isHidden = raw.lastIndexOf(hideCursor) > raw.lastIndexOf(showCursor);
        leftAs = [...orderly.filter((one) => said.includes(one)), `cursor ${isHidden ? "hidden" : "shown"}`];
        rmSync(notes, { recursive: true, force: true });
        resolve(code ?? -1);
      }),
    ),
    leftAs: () => leftAs,
  };
}
