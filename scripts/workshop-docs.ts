import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command, Option } from "commander";
import { lessonIds, loadLesson } from "../cli/catalogue.ts";
import { buildProgram } from "../cli/commands/program.ts";
import { exitCodes } from "../cli/errors.ts";
import { comparisonLines, paragraphs, questionLines } from "../cli/report/lesson-words.ts";
import { numberOf } from "../cli/workshop/find-lesson.ts";
import type { Lesson, LessonAnswer, Measured } from "../cli/workshop/lesson.ts";

const root = join(import.meta.dirname, "..");

/** The generated parts of docs/instructor-guide.md, by the name in their markers. */
export const guideParts: Record<string, () => Promise<string>> = {
  timing: async () => {
    const lessons = await Promise.all(lessonIds().map(async (id) => ({ id, ...(await loadLesson(id)) })));
    const total = lessons.reduce((sum, { minutes }) => sum + minutes, 0);
    const rows = lessons.map(({ id, title, minutes }) => `| ${numberOf(id)} | ${title} | ${minutes} |`);
    return ["| lesson | | minutes |", "| --- | --- | --- |", ...rows, `| | all of them | ${total} |`].join("\n");
  },
  lessons: async () => (await Promise.all(lessonIds().map(lessonSection))).join("\n\n"),
};

/** What a lesson asks, what people say, what comes out (as it was measured), and what solves the task. */
async function lessonSection(id: string): Promise<string> {
  const lesson = await loadLesson(id);
  const { title, minutes, question, usuallyWrong, task } = lesson;
  const measured = measuredOf(id);
  const shown = comparisonLines({ lesson, predicted: usuallyWrong[0]!.answer, measured });
  return [
    `### ${numberOf(id)}. ${title} (${minutes} minutes)`,
    "",
    ...bulleted(questionLines(question)),
    "",
    "Usual wrong predictions:",
    "",
    ...usuallyWrong.map(({ answer, because }) => `- **${sayAnswer(lesson, answer)}**: ${because}`),
    "",
    `With the first of them the screen says:`,
    "",
    "```text",
    paragraphs(shown.flatMap((line) => [line, "  "]).slice(0, -1), { columns: 80 }).replaceAll(/^ +$/gm, ""),
    "```",
    "",
    `The task: ${task.says.join(" ")}`,
    "",
    "Checked:",
    "",
    ...task.checks.map(({ name }) => `- ${name}`),
    "",
    `The last of the three hints: ${task.hints[2]}`,
  ].join("\n");
}

/** Recorded by cli/workshop/workshop.docker.test.ts, which compares it with what it measures. */
function measuredOf(id: string): Measured {
  return JSON.parse(readFileSync(join(root, `docs/example/workshop/${id}.json`), "utf8")) as Measured;
}

function bulleted(lines: readonly string[]): string[] {
  const [question, ...answers] = lines;
  return [`${question}`, "", ...answers.map((line) => `- ${line.trim()}`)];
}

function sayAnswer({ question }: Lesson, answer: LessonAnswer): string {
  return "choices" in question ? (question.choices[answer] ?? String(answer)) : String(answer);
}

/** docs/cheat-sheet.md, all of it, from the commands themselves. */
export function cheatSheet(): string {
  const program = buildProgram();
  const help = program.createHelp();
  const commands = help.visibleCommands(program).filter((command) => command.name() !== "help");
  const groups = new Map<string, Command[]>();
  for (const command of commands) {
    const heading = command.helpGroup() || "Other:";
    groups.set(heading, [...(groups.get(heading) ?? []), command]);
  }
  const codes = Object.values(exitCodes).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  return [
    "# Cheat sheet",
    "",
    "<!-- made by `npm run docs` from the commands; kept so by scripts/docs.test.ts -->",
    "",
    "An architecture is a policy and a store: `cookie.redis-aof`. `lab explain` lists all words, `lab COMMAND --help` all options.",
    "",
    ...[...groups].flatMap(([heading, members]) => [
      `## ${heading.replace(/:$/, "")}`,
      "",
      "| command | |",
      "| --- | --- |",
      ...members.map((command) => `| \`${usageOf(command)}\` | ${escaped(command.description())} |`),
      "",
    ]),
    "## Options of `lab scenario`",
    "",
    "| option | |",
    "| --- | --- |",
    ...optionsOf(program, "scenario").map(
      ({ flags, description }) => `| \`${escaped(flags)}\` | ${escaped(description)} |`,
    ),
    "",
    "## Exit codes",
    "",
    "| code | meaning |",
    "| --- | --- |",
    ...codes,
    "",
  ].join("\n");
}

/** `lab fault <kind> <service>`, with the options that are worth knowing by heart left to `--help`. */
function usageOf(command: Command): string {
  const args = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const subcommands = command.commands.map((one) => one.name());
  return ["lab", command.name(), ...(subcommands.length > 0 ? [subcommands.join("\\|")] : []), ...args].join(" ");
}

function optionsOf(program: Command, name: string): readonly Option[] {
  const command = program.commands.find((one) => one.name() === name)!;
  return program
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => long !== "--help");
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}
