import { constants } from "node:os";
import { isatty } from "node:tty";
import { type ExitReason, exitCodes } from "./errors.ts";

/** How a command learns that it should end. */
export interface Interrupt {
  /** Aborted by the first of the signals below: stop, heal, write what there is, remove what was started. */
  readonly signal: AbortSignal;
  /** The signal that came, if any. */
  readonly received: NodeJS.Signals | undefined;
  /** What the second Ctrl-C does at once, without waiting for the good order; the third one exits. */
  onSecond: () => Promise<void>;
  /** Stop listening: the next signal ends the process as usual. */
  release(): void;
}

/** Ctrl-C, `kill`, a terminal that is closed, Ctrl-\. Each has its exit code in the table of errors.ts. */
export const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** 128 + the number of the signal, as shells have it. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** The same as a reason for it. */
export function reasonOfSignal(signal: NodeJS.Signals): ExitReason {
  const reasons = Object.keys(exitCodes) as ExitReason[];
  return reasons.find((reason) => exitCodes[reason].code === exitCodeOf(signal)) ?? "interrupted";
}

export function listenForInterrupts(): Interrupt {
  const controller = new AbortController();
  const hasTerminal = [0, 1, 2].some((file) => isatty(file));
  let count = 0;
  const interrupt = {
    signal: controller.signal,
    received: undefined as NodeJS.Signals | undefined,
    onSecond: async () => {},
    release: () => {
      for (const name of endingSignals) process.off(name, listener);
    },
  };
  const listener = (name: NodeJS.Signals) => {
    count += 1;
    interrupt.received ??= name;
    if (name === "SIGHUP" && hasTerminal) process.once("exit", dieOfHangUp);
    if (count === 1) {
      process.stderr.write("\nending in good order (press again to remove at once)\n");
      controller.abort(new Error(`interrupted by ${name}`));
    } else if (count === 2) {
      process.stderr.write("removing at once (press again to exit; what is left is then removed in the background)\n");
      void interrupt.onSecond().finally(() => process.exit(exitCodeOf(name)));
    } else process.exit(exitCodeOf(name));
  };
  for (const name of endingSignals) process.on(name, listener);
  return interrupt;
}

/** With its terminal gone, Node aborts at its very end because it cannot reset it (Node 20: `ResetStdio`). Rather of the cause, then. */
function dieOfHangUp(): void {
  process.removeAllListeners("SIGHUP");
  process.kill(process.pid, "SIGHUP");
}
