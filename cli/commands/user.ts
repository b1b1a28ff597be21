import type { Command } from "commander";
import type { UserOptions } from "../flows/user.ts";
import { userActions } from "../users/by-hand/user-actions.ts";
import { nameOption, screenOf } from "./options.ts";

/** Where a user goes who has not been anywhere yet. */
const firstArchitecture = "cookie.memory";

export function addUser(program: Command): void {
  program
    .command("user")
    .description("drive one browser by hand; its cookies are kept for the next command")
    .argument("<user>", "any name; each has a browser and a client address of its own")
    .argument("<action>", Object.keys(userActions).join(", "))
    .argument("[item]", "what to add to the cart")
    .option("--at <architecture>", `e.g. ${firstArchitecture} (default: where this user was last)`)
    .addOption(nameOption())
    .option("--json", "as JSON, cookies in full")
    .action(
      async (
        user: string,
        action: string,
        item: string | undefined,
        options: Omit<UserOptions, "firstArchitecture">,
        command: Command,
      ) => {
        const flow = await import("../flows/user.ts");
        await flow.user({ user, action, item }, { ...options, firstArchitecture }, screenOf(command));
      },
    );
}
