/** What the terminal can show; decided once, from the streams and the environment. */
export interface Terminal {
  /** Of stdout. */
  columns: number;
  colour: boolean;
  /** stderr is a terminal that can redraw a line. */
  live: boolean;
}

export interface TerminalOptions {
  /** False after `--no-color`. */
  colour?: boolean;
  env?: NodeJS.ProcessEnv;
}

export function detectTerminal({ colour = true, env = process.env }: TerminalOptions = {}): Terminal {
  const plain = !colour || Boolean(env.NO_COLOR) || env.TERM === "dumb";
  const forced = Boolean(env.FORCE_COLOR) && env.FORCE_COLOR !== "0";
  return {
    columns: process.stdout.columns || Number(env.COLUMNS) || 80,
    colour: !plain && (forced || Boolean(process.stdout.isTTY)),
    live: Boolean(process.stderr.isTTY) && env.TERM !== "dumb" && (process.stderr.columns || 0) > 0,
  };
}
