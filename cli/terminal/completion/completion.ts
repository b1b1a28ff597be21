import type { Argument, Command, Option } from "commander";
import { completionValues, type Proposal } from "./values.ts";

/** What may stand where the cursor is; `"files"` leaves that to the shell. */
export type Completion = Proposal[] | "files";

/**
 * Completes a command line. Only reads: neither the engine nor a lab is asked.
 *
 * @param words what was typed after the command's own name; the last one is being typed, and may be empty
 */
export async function completeLine(program: Command, words: readonly string[]): Promise<Completion> {
  const { command, filled, awaiting, typed } = follow(program, words);
  if (awaiting) return valuesOf(awaiting, command, typed);
  const [flag = "", value] = splitAtEquals(typed);
  if (value !== undefined) {
    const option = findOption(command, flag);
    const values = option ? await valuesOf(option, command, value) : [];
    return values === "files" ? values : values.map((one) => ({ ...one, value: `${flag}=${one.value}` }));
  }
  if (typed.startsWith("-")) return startingWith(typed, flagsOf(command));
  const subcommands = filled === 0 ? command.createHelp().visibleCommands(command).map(asProposal) : [];
  const { registeredArguments } = command;
  const argument = registeredArguments[filled] ?? registeredArguments.filter(({ variadic }) => variadic).at(-1);
  if (!argument) return startingWith(typed, subcommands);
  return valuesOf(argument, command, typed);
}

interface Place {
  command: Command;
  /** Arguments of the command that were given before the cursor. */
  filled: number;
  /** The option whose value is being typed. */
  awaiting: Option | undefined;
  typed: string;
}

function follow(program: Command, words: readonly string[]): Place {
  const place: Place = { command: program, filled: 0, awaiting: undefined, typed: "" };
  // bash takes `--store=redis` for three words.
  const [before, typed = ""] = [words.slice(0, -1), words.at(-1)];
  for (const word of before) {
    const option = word.startsWith("-") ? findOption(place.command, word) : undefined;
    if (word === "=") continue;
    if (place.awaiting) place.awaiting = undefined;
    else if (option) place.awaiting = option.required ? option : undefined;
    // `lab help scenario`: the words after it are commands.
    else if (!word.startsWith("-") && !(word === "help" && place.command === program)) {
      const next: Command | undefined = place.filled === 0 ? findCommand(place.command, word) : undefined;
      if (next) place.command = next;
      else place.filled += 1;
    }
  }
  return { ...place, typed: typed === "=" && place.awaiting ? "" : typed };
}

function findCommand(command: Command, name: string): Command | undefined {
  return command.commands.find((one) => one.name() === name || one.aliases().includes(name));
}

/** Of the command, or of one that it belongs to. */
function findOption(command: Command, flag: string): Option | undefined {
  for (let owner: Command | null = command; owner; owner = owner.parent) {
    const found = owner.options.find((option) => option.long === flag || option.short === flag);
    if (found) return found;
  }
  return undefined;
}

function flagsOf(command: Command): Proposal[] {
  const options = [...command.createHelp().visibleOptions(command)];
  for (let owner = command.parent; owner; owner = owner.parent) options.push(...owner.options);
  return options.flatMap(({ long, description }) => (long ? [{ value: long, description }] : []));
}

async function valuesOf(wanted: Option | Argument, command: Command, typed: string): Promise<Completion> {
  const name = "long" in wanted ? (wanted.long ?? "") : wanted.name();
  const metavariable = "long" in wanted ? /<(.+)>/.exec(wanted.flags)?.[1] : name;
  if (metavariable === "file") return "files";
  const known = completionValues[`${command.name()} ${name}`] ?? completionValues[name];
  if (!known) return [];
  // In a comma list the last part is being typed; what is in the list already is not proposed again.
  const comma = typed.lastIndexOf(",") + 1;
  const [head, taken] = [typed.slice(0, comma), typed.slice(0, comma).split(",")];
  const values = (await known(program(command))).filter(({ value }) => !taken.includes(value));
  return startingWith(
    typed,
    values.map((one) => ({ ...one, value: `${head}${one.value}` })),
  );
}

function program(command: Command): Command {
  return command.parent ? program(command.parent) : command;
}

function asProposal(command: Command): Proposal {
  return { value: command.name(), description: command.description() };
}

function startingWith(typed: string, proposals: readonly Proposal[]): Proposal[] {
  return proposals.filter(({ value }) => value.startsWith(typed));
}

function splitAtEquals(typed: string): [flag: string, value?: string] {
  const at = typed.startsWith("--") ? typed.indexOf("=") : -1;
  return at === -1 ? [typed] : [typed.slice(0, at), typed.slice(at + 1)];
}
