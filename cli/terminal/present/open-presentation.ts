import { LabError } from "../../errors.ts";
import type { Terminal } from "../detect-terminal.ts";
import { canAsk } from "../prompt.ts";
import { openPresenter, type Presenter } from "./presenter.ts";

/** What `--present`, `--auto` and `--no-pause` say. */
export interface PresentationOptions {
  present?: boolean;
  auto?: number;
  pause: boolean;
}

/** @throws LabError (`no-terminal`) when it would have to wait for a key that nobody can press */
export function openPresentation(
  { auto, pause }: PresentationOptions,
  { live, colour }: Terminal,
  { input, signal }: { input: boolean; signal: AbortSignal },
): Presenter {
  const keyboard = canAsk({ input }) ? process.stdin : undefined;
  if (pause && auto === undefined && !keyboard)
    throw new LabError("--present waits for a key, and nobody can press one here.", {
      id: "no-terminal",
      todo: "Run it in a terminal, or say --auto 5s or --no-pause.",
      exit: "usage",
    });
  return openPresenter({ live, colour, keyboard, pause, signal, ...(auto === undefined ? {} : { autoMs: auto }) });
}
