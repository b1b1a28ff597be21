import { type ExitReason, exitCodeFor, LabError, unknownValue } from "../errors.ts";
import { architectureCalled, driveUser, type UserRequest } from "../lab/drive-user.ts";
import { nameSuffix } from "../lab/identity/lab-name.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { obtainLab } from "../lab/obtain-lab.ts";
import { jsonReport } from "../report/json.ts";
import { harmless } from "../report/text.ts";
import { type UserStory, userReport } from "../report/user-story.ts";
import { detectTerminal } from "../terminal/detect-terminal.ts";
import { interruptibly } from "../terminal/interrupt.ts";
import { profilesOf } from "../theory/architectures.ts";
import { lastArchitectureOf } from "../users/by-hand/kept-user.ts";
import { isUserAction, userActions } from "../users/by-hand/user-actions.ts";

/** The longest name that the app takes, in characters. */
const longestName = 128;

/** What was typed. */
export interface TypedRequest {
  user: string;
  action: string;
  item: string | undefined;
}

export interface UserOptions {
  at?: string;
  /** Where a user goes who has not been anywhere yet. */
  firstArchitecture: string;
  name: string;
  json?: boolean;
}

export async function user(typed: TypedRequest, options: UserOptions, { colour }: { colour: boolean }): Promise<void> {
  // Its answer has to be kept: the site may know by then what the browser would not.
  await interruptibly("its answer is awaited first", async () => {
    const { name, json } = options;
    const request = checked(typed, options);
    const engine = new LabEngine();
    const lab = await obtainLab({ name, engine, profiles: profilesOf([request.architecture]) });
    const story = await driveUser(request, { lab, engine });
    if (story.newLab)
      process.stderr.write(`This lab is another than ${harmless(typed.user)} knew: the old cookies are put away.\n`);
    process.stdout.write(json ? jsonReport(story) : userReport(story, detectTerminal({ colour })));
    const server = story.operation?.server;
    if (request.action === "login" && server) process.stderr.write(whatNext(story, server));
    process.exitCode = exitCodeFor([reasonOf(story)]);
  });
}

/** Before the engine is asked. @throws LabError (`unknown-action`, `surplus-item`, `bad-user`, and those of `architectureCalled`) */
function checked({ user, action, item }: TypedRequest, { at, firstArchitecture, name }: UserOptions): UserRequest {
  if (!isUserAction(action)) throw unknownValue("action", harmless(action), Object.keys(userActions));
  if (item !== undefined && action !== "add") throw surplusItem(harmless(item), action);
  if (user.length < 1 || user.length > longestName) throw badUser(user);
  const where = at ?? lastArchitectureOf({ lab: name, name: user }) ?? firstArchitecture;
  const architecture = architectureCalled(harmless(where));
  return { name: user, action, architecture, ...(item === undefined ? {} : { item }) };
}

/** A lost session is an answer like any other. */
function reasonOf({ operation }: UserStory): ExitReason {
  if (operation?.answer === "someone-else") return "refuted";
  return operation?.answer === "none" || operation?.answer === "store-unreachable" ? "inconclusive" : "confirmed";
}

function whatNext({ lab }: UserStory, server: string): string {
  return `Next: lab fault kill ${server}${nameSuffix(lab)}, then ask again with whoami.\n`;
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
