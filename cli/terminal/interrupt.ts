import { constants } from "node:os";
import { isatty } from "node:tty";
import { type ExitReason, exitCodes, LabError } from "../errors.ts";
import { Interrupted } from "../runner/narrator.ts";
import { tellOfSuspension } from "./suspend.ts";

/** How a command learns that it should end. */
export interface Interrupt {
  /** Aborted by the first of the signals below: stop, heal, write what there is, remove what was started. */
  readonly signal: AbortSignal;
  /** The signal that came, if any. */
  readonly received: NodeJS.Signals | undefined;
  /** What the second Ctrl-C does at once, without waiting for the good order; the third one exits. Without it, the second one exits. */
  onSecond: (() => Promise<void>) | undefined;
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

/**
 * Runs a command that leaves something half done when it is dropped: at the first signal it says what it does instead, and ends in its
 * own time; the exit code is then the signal's, also when it was done by then. A command that only looks needs none of this: Node
 * ends it at once, as a shell expects.
 *
 * @param says what happens at the first signal, e.g. `the reset is ended first`
 * @param act is to end soon after `signal` is aborted. What it throws then is told when it is more than that it was interrupted
 */
export async function interruptibly(says: string, act: (interrupt: Interrupt) => Promise<void>): Promise<void> {
  const interrupt = listenForInterrupts({ says });
  try {
    await act(interrupt);
  } catch (error) {
    if (!interrupt.received) throw error;
    if (!isInterruption(error, interrupt.signal)) throw atInterruption(error, interrupt.received);
  } finally {
    interrupt.release();
  }
  if (interrupt.received) process.exitCode = exitCodeOf(interrupt.received);
}

/**
 * Whether it was thrown only because somebody ended the command. Who waits on the signal throws its reason, or an `AbortError`; a question
 * that gets no answer has an id. A presenter who has seen enough throws `Interrupted`, without any signal.
 */
export function isInterruption(error: unknown, { aborted, reason }: AbortSignal): boolean {
  if (error instanceof Interrupted) return true;
  if (!aborted) return false;
  if (error instanceof LabError) return error.id === "no-answer";
  return error === reason || (error as Error).name === "AbortError";
}

/** It is told, and the exit code stays the signal's. An error of the lab itself stays one. */
function atInterruption(error: unknown, signal: NodeJS.Signals): unknown {
  if (!(error instanceof LabError)) return error;
  const { message, id, todo } = error;
  return new LabError(message, { id, todo, exit: reasonOfSignal(signal), cause: error });
}

/** @param says what happens at the first signal */
export function listenForInterrupts({ says = "ending in good order" } = {}): Interrupt {
  const controller = new AbortController();
  const hasTerminal = [0, 1, 2].some((file) => isatty(file));
  const tellNoMore = tellOfSuspension();
  let count = 0;
  const interrupt = {
    signal: controller.signal,
    received: undefined as NodeJS.Signals | undefined,
    onSecond: undefined as Interrupt["onSecond"],
    release: () => {
      tellNoMore();
      for (const name of endingSignals) process.off(name, listener);
    },
  };
  const listener = (name: NodeJS.Signals) => {
    count += 1;
    interrupt.received ??= name;
    if (name === "SIGHUP" && hasTerminal) process.once("exit", dieOfHangUp);
    if (count === 1) {
      process.stderr.write(`\n${says} (press again to ${interrupt.onSecond ? "remove" : "end"} at once)\n`);
      controller.abort(new Error(`interrupted by ${name}`));
    } else if (count === 2 && interrupt.onSecond) {
      process.stderr.write("removing at once (press again to exit; what is left is then removed in the background)\n");
      void interrupt.onSecond().finally(() => process.exit(exitCodeOf(name)));
    } else process.exit(exitCodeOf(name));
  };
  for (const name of endingSignals) process.on(name, listener);
  return interrupt;
}

/** With its terminal gone, Node aborts at its very end because it cannot reset it (Node 20: `ResetStdio`): it dies of the cause instead. */
function dieOfHangUp(): void {
  process.removeAllListeners("SIGHUP");
  process.kill(process.pid, "SIGHUP");
}
