import { type Command, InvalidArgumentError, Option } from "commander";
import { LabError } from "../errors.ts";
import { defaultName } from "../lab/identity/lab.ts";
import { isLabName } from "../lab/identity/lab-name.ts";

/** `--name`, common to all commands that mean one lab. */
export function nameOption(): Option {
  return new Option("--name <lab>", "which lab, when there are several")
    .env("LAB_NAME")
    .default(defaultName)
    .argParser(labName);
}

/** `--wait`, common to all commands that would disturb a run in progress. */
export function waitOption(): Option {
  return new Option("--wait", "wait for a run in progress on this lab to end, instead of being refused");
}

/** `--force`, common to all commands that would change or remove a lab that somebody may need. */
export function forceOption(): Option {
  return new Option("--force", "also a lab of another user, or one that somebody is at work on");
}

export function portOption(): Option {
  return new Option(
    "--port <number>",
    "publish on this port of 127.0.0.1 (default: 8080, or the next free one)",
  ).argParser(wholeNumber({ what: "port", from: 1, to: 65_535 }));
}

/** For a room: `--present`, `--auto` and `--no-pause`. */
export function addPresentationOptions(command: Command): Command {
  return command
    .addOption(new Option("--present", "for a room: big text, a pause before each sentence (space, b, r, s, q)"))
    .addOption(new Option("--auto <duration>", "with --present: go on by itself after, e.g., 5s").argParser(duration))
    .option("--no-pause", "with --present: do not wait");
}

/** What `--no-color` and `--no-input` say, which are options of every command. */
export function screenOf(command: Command): { colour: boolean; input: boolean } {
  const { color, input } = command.optsWithGlobals();
  return { colour: color !== false, input: input !== false };
}

/** A parser for whole numbers in a range. @throws LabError naming the value and what is allowed */
export function wholeNumber({ what, from, to }: { what: string; from: number; to: number }): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= from && number <= to) return number;
    throw new LabError(`--${what} is "${text}".`, {
      id: `bad-${what}`,
      todo: `Give a whole number from ${from} to ${to}.`,
      exit: "usage",
    });
  };
}

/** A comma list, without blanks and empty parts. */
export function commaList(text: string): string[] {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
  if (parts.length === 0) throw new InvalidArgumentError("Give one name, or several with commas between them.");
  return parts;
}

function labName(text: string): string {
  if (isLabName(text)) return text;
  throw new LabError(`--name is "${text}".`, {
    id: "bad-name",
    todo: "Give up to 31 small letters, digits and hyphens, the first not a hyphen.",
    exit: "usage",
  });
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
