import type { Command } from "commander";
import { type ExitReason, exitCodeFor, LabError, unknownValue } from "../errors.ts";
import { defaultName } from "../lab/topology.ts";
import type { UserStory } from "../report/user.ts";
import { isUserAction, userActions } from "../users/by-hand/user-actions.ts";
import { nameOption } from "./options.ts";

interface UserCommandOptions {
  at?: string;
  name: string;
  json?: boolean;
}

/** The longest name that the app takes, in characters. */
const longestName = 128;
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
      async (user: string, action: string, item: string | undefined, options: UserCommandOptions, command: Command) => {
        const colour = command.optsWithGlobals().color !== false;
        const { interruptibly } = await import("../terminal/interrupt.ts");
        // Its answer has to be kept: the site may know by then what the browser would not.
        await interruptibly("its answer is awaited first", () => drive({ user, action, item }, options, colour));
      },
    );
}

interface Given {
  user: string;
  action: string;
  item: string | undefined;
}

/** What was typed is checked before the engine is asked. */
async function drive({ user, action, item }: Given, { at, name, json }: UserCommandOptions, colour: boolean) {
  const [{ architectureCalled, driveUser }, { lastArchitectureOf }, { harmless }] = await Promise.all([
    import("../lab/drive-user.ts"),
    import("../users/by-hand/kept-user.ts"),
    import("../report/text.ts"),
  ]);
  if (!isUserAction(action)) throw unknownValue("action", harmless(action), Object.keys(userActions));
  if (item !== undefined && action !== "add") throw surplusItem(harmless(item), action);
  if (user.length < 1 || user.length > longestName) throw badUser(user);
  const architecture = architectureCalled(
    harmless(at ?? lastArchitectureOf({ lab: name, name: user }) ?? firstArchitecture),
  );

  const [
    { Engine },
    { requireLab },
    { requireProfiles },
    { profilesOf },
    { userReport },
    { jsonReport },
    { detectTerminal },
  ] = await Promise.all([
    import("../docker/engine.ts"),
    import("./require-lab.ts"),
    import("./require-profiles.ts"),
    import("../theory/architectures.ts"),
    import("../report/user.ts"),
    import("../report/json.ts"),
    import("../terminal/terminal.ts"),
  ]);
  const engine = new Engine();
  const lab = await requireLab(name, engine);
  requireProfiles(profilesOf([architecture]), lab);
  const wish = { name: user, action, architecture, ...(item === undefined ? {} : { item }) };
  const story = await driveUser(wish, { lab, engine });
  if (story.newLab)
    process.stderr.write(`This lab is another than ${harmless(user)} knew: the old cookies are put away.\n`);
  process.stdout.write(json ? jsonReport(story) : userReport(story, detectTerminal({ colour })));
  if (action === "login" && story.operation?.server) process.stderr.write(whatNext(story, story.operation.server));
  process.exitCode = exitCodeFor([reasonOf(story)]);
}

/** A lost session is an answer like any other. */
function reasonOf({ operation }: UserStory): ExitReason {
  if (operation?.answer === "someone-else") return "refuted";
  return operation?.answer === "none" || operation?.answer === "store-unreachable" ? "inconclusive" : "confirmed";
}

function whatNext({ lab }: UserStory, server: string): string {
  const suffix = lab === defaultName ? "" : ` --name ${lab}`;
  return `Next: lab fault kill ${server}${suffix}, then ask again with whoami.\n`;
}

function surplusItem(item: string, action: string): LabError {
  return new LabError(`"${item}" is one word too many: only \`add\` takes an item.`, {
    id: "surplus-item",
    todo: `Say \`lab user NAME ${action}\`, or \`lab user NAME add ${item}\`.`,
    exit: "usage",
  });
}

function badUser(user: string): LabError {
  return new LabError(`The user's name has ${user.length} characters.`, {
    id: "bad-user",
    todo: `Give 1 to ${longestName}.`,
    exit: "usage",
  });
}
