import type { Command } from "commander";
import { LabError } from "../errors.ts";
import type { WorkshopSettings } from "../workshop/room.ts";
import { addPresentationOptions, nameOption, portOption, screenOf } from "./options.ts";

type WorkshopOptions = Omit<WorkshopSettings, "colour" | "input">;

/** What `lab workshop` can be told to do; anything else is a lesson. */
const verbs = ["list", "check", "hint", "solve", "reset"] as const;

export function addWorkshop(program: Command): void {
  const workshop = program
    .command("workshop")
    .description("lessons: predict, run, compare, explain, and a task with checks, hints and a solution")
    .argument("[what]", `a lesson's number or name, to join there; or ${verbs.join(", ")} (default: go on)`)
    .argument("[lesson]", "with check, hint, solve, reset: which lesson (default: the one begun last)")
    .option("--predict <answer>", "your prediction, where nobody asks you for it")
    .option("--all", "with reset: forget the progress, too")
    .option("--json", "with list and check: as JSON")
    .addOption(nameOption())
    .addOption(portOption());
  addPresentationOptions(workshop).action(
    async (what: string | undefined, lesson: string | undefined, options: WorkshopOptions, command: Command) => {
      const verb = verbs.find((one) => one === what);
      const flow = await import("../flows/workshop.ts");
      const settings = { ...options, ...screenOf(command) };
      if (verb) return flow[verb](lesson, settings);
      if (lesson !== undefined)
        throw new LabError(`"${what} ${lesson}" is one word too many.`, {
          id: "surplus-word",
          todo: `Give a lesson, or one of: ${verbs.join(", ")}.`,
          exit: "usage",
        });
      return flow.join(what, settings);
    },
  );
}
