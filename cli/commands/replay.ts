import type { Command } from "commander";
import { LabError } from "../errors.ts";
import type { ReplayOptions } from "../flows/replay.ts";
import { screenOf } from "./options.ts";

export function addReplay(program: Command): void {
  program
    .command("replay")
    .description("play a stored run again, in the terminal or in a browser; needs no engine")
    .argument("[run]", "a run's id, its folder, or `last`; <id>/trial-2 for one trial")
    .option("--demo", "the recorded run that comes with the lab")
    .option("--speed <number>", "part of the run's own speed, e.g. 0.1 (default: over in about a minute)", speed)
    .option("--page", "in a browser instead, on a page that is there until Ctrl-C")
    .option("--html <file>", "write a page that plays it, without a server or a network")
    .option("--no-open", "with --page: print the address, open no browser")
    .action(async (run: string | undefined, options: ReplayOptions, command: Command) => {
      const { replay } = await import("../flows/replay.ts");
      await replay(run, options, screenOf(command));
    });
}

function speed(text: string): number {
  const number = Number(text);
  if (number >= 0.001 && number <= 1_000) return number;
  throw new LabError(`--speed is "${text}".`, {
    id: "bad-speed",
    todo: "Give a number from 0.001 to 1000; 1 is the speed of the run itself.",
    exit: "usage",
  });
}
