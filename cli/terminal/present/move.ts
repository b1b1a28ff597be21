import type { ReadStream } from "node:tty";

/** What a presenter may do at a pause. */
export type Move = "next" | "back" | "again" | "skip" | "quit";

/** The keys and their names, for the line at the foot of the screen. */
export const moveKeys: readonly { move: Move; name: string; keys: readonly string[] }[] = [
  { move: "next", name: "space", keys: [" ", "\r", "\n", "n", "\u001b[C"] },
  { move: "back", name: "b", keys: ["b", "\u001b[D"] },
  { move: "again", name: "r", keys: ["r"] },
  { move: "skip", name: "s", keys: ["s"] },
  { move: "quit", name: "q", keys: ["q", "\u001b"] },
];

/** How a presentation goes on by itself. */
export interface Tempo {
  /** False after `--no-pause`: nothing waits. */
  pause: boolean;
  /** After `--auto`: goes on after this long, unless a key comes first. */
  autoMs?: number;
}

export interface Waiting extends Tempo {
  /** Where keys come from; undefined where there is no terminal. */
  keyboard: ReadStream | undefined;
  signal: AbortSignal;
}

/**
 * Waits for the presenter. Ctrl-C is passed on as the signal that it is otherwise, because a terminal that reads single keys
 * does not send it.
 */
export async function nextMove({ pause, autoMs, keyboard, signal }: Waiting): Promise<Move> {
  if (signal.aborted) return "quit";
  if (!pause || (!keyboard && autoMs === undefined)) return "next";
  return new Promise((resolve) => {
    const timer = autoMs === undefined ? undefined : setTimeout(() => end("next"), autoMs);
    const end = (move: Move) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      keyboard?.off("data", onKey);
      keyboard?.setRawMode(false);
      keyboard?.pause();
      resolve(move);
    };
    const onAbort = () => end("quit");
    const onKey = (data: Buffer) => {
      if (data.includes(3)) process.kill(process.pid, "SIGINT");
      const typed = data.toString("utf8");
      const move = moveKeys.find(({ keys }) => keys.includes(typed) || keys.includes(typed.toLowerCase()));
      if (move) end(move.move);
    };
    signal.addEventListener("abort", onAbort);
    keyboard?.setRawMode(true);
    keyboard?.resume();
    keyboard?.on("data", onKey);
  });
}
