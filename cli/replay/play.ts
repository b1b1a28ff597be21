import { emitKeypressEvents } from "node:readline";
import type { ReadStream, WriteStream } from "node:tty";
import type { ChalkInstance } from "chalk";
import type { Film } from "../picture/film.ts";
import { Playback } from "../picture/playback.ts";
import { frame } from "./frame.ts";

export interface PlayOptions {
  input: ReadStream;
  output: WriteStream;
  chalk: ChalkInstance;
  /** Part of the run's own speed; by default one at which it lasts about a minute. */
  speed?: number;
}

const frameMs = 80;
/** One press of an arrow key, in hundredths of the run. */
const skipHundredths = 2;

const screen = {
  enter: "\x1b[?1049h\x1b[?25l",
  leave: "\x1b[?25h\x1b[?1049l",
  top: "\x1b[H",
  endOfLine: "\x1b[K",
  below: "\x1b[J",
};

/**
 * Plays a film on a terminal of its own page until somebody quits; the terminal is as it was when this returns.
 *
 * @returns the signal that ended it, if one did; while single keys are read, Ctrl-C is a key like `q`
 */
export async function play(
  film: Film,
  { input, output, chalk, speed }: PlayOptions,
): Promise<NodeJS.Signals | undefined> {
  const playback = new Playback(film.end);
  if (speed !== undefined) playback.speed = speed;
  const draw = () => {
    playback.tick(performance.now());
    const { columns = 80, rows = 24 } = output;
    const lines = frame(film, playback, { columns, rows, chalk });
    output.write(`${screen.top}${lines.map((line) => `${line}${screen.endOfLine}`).join("\r\n")}${screen.below}`);
  };
  let quit: (signal?: NodeJS.Signals) => void = () => {};
  const over = new Promise<NodeJS.Signals | undefined>((resolve) => {
    quit = resolve;
  });
  const onKey = (_text: string, key: Key) => {
    if (press(playback, key) === "quit") quit();
    else draw();
  };
  const onSignal = (signal: NodeJS.Signals) => quit(signal);
  emitKeypressEvents(input);
  input.setRawMode(true);
  input.on("keypress", onKey);
  input.resume();
  process.on("SIGTERM", onSignal).on("SIGHUP", onSignal);
  output.write(screen.enter);
  const timer = setInterval(draw, frameMs);
  try {
    draw();
    return await over;
  } finally {
    clearInterval(timer);
    output.write(screen.leave);
    input.off("keypress", onKey);
    input.setRawMode(false);
    input.pause();
    process.off("SIGTERM", onSignal).off("SIGHUP", onSignal);
  }
}

/** What `node:readline` says of a key. */
export interface Key {
  name?: string | undefined;
  sequence?: string | undefined;
  ctrl?: boolean | undefined;
}

/** Turns the knob that belongs to a key. */
export function press(playback: Playback, { name, sequence, ctrl }: Key): "quit" | undefined {
  if (name === "q" || name === "escape" || (ctrl && (name === "c" || name === "d"))) return "quit";
  if (name === "space") playback.toggle();
  if (name === "left") playback.skip(-skipHundredths);
  if (name === "right") playback.skip(skipHundredths);
  if (name === "home") playback.seek(0);
  if (name === "end") playback.seek(playback.end);
  if (sequence === "+" || sequence === "=") playback.faster();
  if (sequence === "-") playback.slower();
  return undefined;
}
