import { type Command, Option } from "commander";
import { LabError } from "../../errors.ts";
import type { Terminal } from "../terminal.ts";
import type { Presenter } from "./presenter.ts";

/** What `--present`, `--auto` and `--no-pause` say. */
export interface PresentationOptions {
  present?: boolean;
  auto?: number;
  pause: boolean;
}

export function addPresentationOptions(command: Command): Command {
  return command
    .addOption(new Option("--present", "for a room: big text, a pause before each sentence (space, b, r, s, q)"))
    .addOption(new Option("--auto <duration>", "with --present: go on by itself after, e.g., 5s").argParser(duration))
    .option("--no-pause", "with --present: do not wait");
}

/** @throws LabError (`no-terminal`) when it would have to wait for a key that nobody can press */
export async function openPresentation(
  { auto, pause }: PresentationOptions,
  { live, colour }: Terminal,
  { input, signal }: { input: boolean; signal: AbortSignal },
): Promise<Presenter> {
  const [{ openPresenter }, { canAsk }] = await Promise.all([import("./presenter.ts"), import("../prompt.ts")]);
  const keyboard = canAsk({ input }) ? process.stdin : undefined;
  if (pause && auto === undefined && !keyboard)
    throw new LabError("--present waits for a key, and nobody can press one here.", {
      id: "no-terminal",
      todo: "Run it in a terminal, or say --auto 5s or --no-pause.",
      exit: "usage",
    });
  return openPresenter({ live, colour, keyboard, pause, signal, ...(auto === undefined ? {} : { autoMs: auto }) });
}

/** `5s`, `1.5s`, `500ms` or seconds; in milliseconds. */
function duration(text: string): number {
  const [, number = "", unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text) ?? [];
  const ms = Number(number) * (unit === "ms" ? 1 : 1_000);
  if (number !== "" && ms >= 1 && ms <= 3_600_000) return ms;
  throw new LabError(`--auto is "${text}".`, {
    id: "bad-auto",
    todo: "Give a time such as 5s or 500ms, up to an hour.",
    exit: "usage",
  });
}
