import { lessonIds, loadLesson } from "../catalogue.ts";
import type { WorkshopOptions } from "../commands/workshop.ts";
import { exitCodes, LabError } from "../errors.ts";
import { resetOnRecord } from "../lab/reset-lab.ts";
import { defaultName } from "../lab/topology.ts";
import { jsonReport } from "../report/json.ts";
import { checksReport, paragraphs } from "../report/lesson.ts";
import { harmless } from "../report/text.ts";
import { type Interrupt, interruptibly } from "../terminal/interrupt.ts";
import { openPresentation } from "../terminal/present/open-presentation.ts";
import { askChoice, askNumber, canAsk } from "../terminal/prompt.ts";
import { detectTerminal, openNarrator } from "../terminal/terminal.ts";
import { forgetKeptUsers } from "../users/by-hand/kept-user.ts";
import { findLesson, numberOf } from "./find-lesson.ts";
import type { Lesson, LessonAnswer } from "./lesson.ts";
import { type Desk, openDesk } from "./lesson-lab.ts";
import { presentLesson } from "./present-lesson.ts";
import { Progress } from "./progress.ts";
import { teach } from "./teach.ts";

export interface WorkshopSettings extends WorkshopOptions {
  colour: boolean;
  input: boolean;
}

/** Everything that a part of the workshop needs. */
interface Room {
  progress: Progress;
  terminal: ReturnType<typeof detectTerminal>;
  interrupt: Interrupt;
  /** Opens the lab; what goes on meanwhile is told only when `aloud` was called. */
  desk(): Promise<Desk>;
  aloud(): void;
  /** To stdout. */
  print(text: string): void;
  /** A line to stderr. */
  say(text: string): void;
}

/** Joins at a lesson, or goes on where the learner is. */
export async function join(wanted: string | undefined, settings: WorkshopSettings): Promise<void> {
  await inRoom(settings, async (room) => {
    const first = wanted === undefined ? nextLesson(room.progress) : findLesson(harmless(wanted));
    const { predict, ...later } = settings;
    const predicted = predict === undefined ? undefined : parsed(await loadLesson(first), predict);
    if (settings.present) return presentFrom({ first, predicted, toTheEnd: wanted === undefined }, room, settings);
    let lesson = await learn(first, room, { ...later, predicted });
    while (lesson) lesson = await learn(lesson, room, later);
  });
}

/** The lessons, and how far one is. */
export async function list(_lesson: string | undefined, { name, json }: WorkshopSettings): Promise<void> {
  const progress = new Progress(name);
  const lessons = await Promise.all(
    lessonIds().map(async (id) => {
      const { title, minutes } = await loadLesson(id);
      const { done, predicted, measured } = progress.of(id);
      return { id, title, minutes, done, current: progress.current === id, predicted, measured };
    }),
  );
  if (json) return void process.stdout.write(jsonReport(lessons));
  for (const { id, title, done, current, minutes } of lessons) {
    const state = done ? "✓ done" : current ? "> here" : "      ";
    process.stdout.write(`${numberOf(id).padStart(2)}  ${state}  ${title} (${minutes} min)\n`);
  }
}

export async function check(lesson: string | undefined, settings: WorkshopSettings): Promise<void> {
  await inRoom(settings, async ({ progress, desk, terminal, print, say }) => {
    const id = chosen(lesson, progress);
    const outcomes = await (await desk()).check(id);
    print(settings.json ? jsonReport(outcomes) : checksReport(outcomes, terminal));
    if (outcomes.every(({ ok }) => ok))
      return say(`Lesson ${numberOf(id)} is done. Next: lab workshop${suffix(settings)}`);
    process.exitCode = exitCodes.refuted.code;
    say(`Not yet. A hint: lab workshop hint${suffix(settings)}`);
  });
}

/** One hint more each time, three in all. */
export async function hint(lesson: string | undefined, { name }: WorkshopSettings): Promise<void> {
  const progress = new Progress(name);
  const id = chosen(lesson, progress);
  process.stdout.write(`${await nextHint(id, progress)}\n`);
}

export async function solve(lesson: string | undefined, settings: WorkshopSettings): Promise<void> {
  await inRoom(settings, async ({ progress, desk, print, say }) => {
    const id = chosen(lesson, progress);
    await (await desk()).solve(id, (line) => print(`$ lab ${line}${suffix(settings)}\n`));
    say(`See whether it holds: lab workshop check${suffix(settings)}`);
  });
}

/** Makes the lab as new, and sets the task up again. */
export async function reset(lesson: string | undefined, settings: WorkshopSettings): Promise<void> {
  await inRoom(settings, async ({ progress, desk, aloud, print }) => {
    const begin = performance.now();
    aloud();
    const { lab, engine, setUp } = await desk();
    const id = lesson === undefined ? progress.current : findLesson(harmless(lesson));
    await resetOnRecord(lab, engine);
    forgetKeptUsers(lab.name);
    if (settings.all) progress.forget();
    else if (id !== undefined) await setUp(id);
    const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
    const what =
      settings.all || id === undefined ? "the progress is forgotten" : `lesson ${numberOf(id)} is set up again`;
    print(`The lab is as new, ${what} (${seconds} s).\n`);
  });
}

async function inRoom(settings: WorkshopSettings, act: (room: Room) => Promise<void>): Promise<void> {
  await interruptibly("ending in good order", (interrupt) => openRoom(settings, interrupt, act));
}

async function openRoom(
  settings: WorkshopSettings,
  interrupt: Interrupt,
  act: (room: Room) => Promise<void>,
): Promise<void> {
  const terminal = detectTerminal({ colour: settings.colour });
  const narrator = await openNarrator(terminal);
  const progress = new Progress(settings.name);
  let isAloud = false;
  let opening: Promise<Desk> | undefined;
  const quiet = {
    tell: () => {},
    doing: (text: string) => {
      if (isAloud) narrator.doing(text);
    },
  };
  const desk = () => {
    const { name, port } = settings;
    opening ??= openDesk({ name, progress, narrator: quiet, interrupt, ...(port === undefined ? {} : { port }) });
    // Whoever awaits it sees the error; nobody may be awaiting it yet.
    opening.catch(() => {});
    return opening;
  };
  const aloud = () => {
    isAloud = true;
  };
  const print = (text: string) => {
    narrator.rest();
    process.stdout.write(text);
  };
  const say = (text: string) => {
    narrator.rest();
    process.stderr.write(`${text}\n`);
  };
  try {
    await act({ progress, terminal, interrupt, desk, aloud, print, say });
  } finally {
    narrator.end();
    await (await opening?.catch(() => undefined))?.close();
  }
}

interface Learning extends WorkshopSettings {
  /** Given on the command line; nobody is asked then. */
  predicted?: LessonAnswer | undefined;
}

/** One lesson, for somebody who learns. @returns the lesson to go on with, if any */
async function learn(id: string, room: Room, settings: Learning): Promise<string | undefined> {
  const { progress, terminal, interrupt, desk, aloud, print, say } = room;
  const predict = async (lesson: Lesson) => {
    const answer = await prediction(lesson, settings, interrupt.signal);
    aloud();
    return answer;
  };
  await teach(id, { desk: desk(), progress, columns: terminal.columns, print, predict });
  if (!canAsk(settings)) {
    say(`When you have done it: lab workshop check${suffix(settings)}; also hint, solve, reset`);
    return undefined;
  }
  return workOn(id, room, settings);
}

/** The learner works in another terminal, and comes back here. @returns the lesson to go on with, if any */
async function workOn(
  id: string,
  { progress, terminal, interrupt, desk, print, say }: Room,
  settings: WorkshopSettings,
): Promise<string | undefined> {
  const open = await desk();
  say(`Work in a second terminal${suffix(settings) ? `, with${suffix(settings)}` : ""}; come back here to check.`);
  for (;;) {
    const choices = [
      { id: "check", says: "check my work" },
      { id: "hint", says: "a hint" },
      { id: "solve", says: "show me how" },
      { id: "next", says: "next lesson" },
      { id: "leave", says: "leave; `lab workshop` goes on from here" },
    ] as const;
    const choice = await askChoice({ message: "What now?", choices }, interrupt.signal);
    if (choice === "leave") return undefined;
    if (choice === "next") return lessonAfter(id);
    if (choice === "hint") say(await nextHint(id, progress));
    if (choice === "solve") await open.solve(id, (line) => say(`$ lab ${line}`));
    if (choice === "check") print(checksReport(await open.check(id), terminal));
  }
}

interface Programme {
  first: string;
  /** What the room says of the first lesson. */
  predicted: LessonAnswer | undefined;
  /** Go on with the lessons after it. */
  toTheEnd: boolean;
}

/** Lessons for a room. */
async function presentFrom(
  { first, predicted, toTheEnd }: Programme,
  { progress, terminal, interrupt, desk }: Room,
  settings: WorkshopSettings,
): Promise<void> {
  const presenter = await openPresentation(settings, terminal, { input: settings.input, signal: interrupt.signal });
  const ids = lessonIds();
  const lessons = toTheEnd ? ids.slice(ids.indexOf(first)) : [first];
  for (const id of lessons) {
    const said = id === first ? predicted : undefined;
    if (!(await presentLesson(id, { desk: desk(), progress, presenter, predicted: said }))) return;
  }
}

async function prediction(
  { question }: Lesson,
  { predicted, input }: Learning,
  signal: AbortSignal,
): Promise<LessonAnswer | undefined> {
  if (predicted !== undefined) return predicted;
  if (!canAsk({ input })) return undefined;
  const message = "What do you say?";
  if (!("choices" in question)) return askNumber({ ...question, message }, signal);
  return askChoice({ message, choices: Object.entries(question.choices).map(([id, says]) => ({ id, says })) }, signal);
}

/** @throws LabError (`bad-prediction`) */
function parsed({ question }: Lesson, given: string): LessonAnswer {
  if ("choices" in question && Object.hasOwn(question.choices, given)) return given;
  if (!("choices" in question) && /^\d+$/.test(given) && Number(given) >= question.from && Number(given) <= question.to)
    return Number(given);
  const allowed =
    "choices" in question ? Object.keys(question.choices).join(", ") : `${question.from} to ${question.to}`;
  throw new LabError(`--predict is "${harmless(given)}".`, {
    id: "bad-prediction",
    todo: `Answers of this lesson: ${allowed}.`,
    exit: "usage",
  });
}

async function nextHint(id: string, progress: Progress): Promise<string> {
  const { hints } = (await loadLesson(id)).task;
  const level = Math.min(progress.of(id).hints, hints.length - 1);
  progress.note(id, { hints: level + 1 });
  return paragraphs([`Hint ${level + 1} of ${hints.length}: ${hints[level]}`], {
    columns: process.stdout.columns || 80,
  });
}

/** The one begun last if it is not done, else the first that is not. */
function nextLesson(progress: Progress): string {
  const { current } = progress;
  const ids = lessonIds();
  if (current !== undefined && ids.includes(current) && !progress.of(current).done) return current;
  return ids.find((id) => !progress.of(id).done) ?? ids[0]!;
}

function lessonAfter(id: string): string | undefined {
  const ids = lessonIds();
  return ids[ids.indexOf(id) + 1];
}

/** @throws LabError (`no-lesson`) */
function chosen(wanted: string | undefined, { current }: Progress): string {
  if (wanted !== undefined) return findLesson(harmless(wanted));
  if (current !== undefined && lessonIds().includes(current)) return current;
  throw new LabError("No lesson has been begun.", {
    id: "no-lesson",
    todo: "Begin with `lab workshop`, or name a lesson: `lab workshop list`.",
    exit: "usage",
  });
}

function suffix({ name }: { name: string }): string {
  return name === defaultName ? "" : ` --name ${name}`;
}
