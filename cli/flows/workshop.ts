import { lessonIds, loadLesson } from "../catalogue.ts";
import { exitCodes } from "../errors.ts";
import { nameSuffix } from "../lab/identity/lab-name.ts";
import { resetOnRecord } from "../lab/reset-lab.ts";
import { jsonReport } from "../report/json.ts";
import { checksReport } from "../report/lesson-words.ts";
import { harmless } from "../report/text.ts";
import { openPresentation } from "../terminal/present/open-presentation.ts";
import { forgetKeptUsers } from "../users/by-hand/kept-user.ts";
import { chosenLesson, findLesson, nextLesson, numberOf } from "../workshop/find-lesson.ts";
import { learn } from "../workshop/learn.ts";
import type { LessonAnswer } from "../workshop/lesson.ts";
import { nextHint } from "../workshop/next-hint.ts";
import { parsePrediction } from "../workshop/prediction.ts";
import { presentLesson } from "../workshop/present-lesson.ts";
import { Progress } from "../workshop/progress.ts";
import { inRoom, type Room, type WorkshopSettings } from "../workshop/room.ts";

/** Joins at a lesson, or goes on where the learner is. */
export async function join(wanted: string | undefined, settings: WorkshopSettings): Promise<void> {
  await inRoom(settings, async (room) => {
    const first = wanted === undefined ? nextLesson(room.progress) : findLesson(harmless(wanted));
    const { name, input, predict } = settings;
    const predicted = predict === undefined ? undefined : parsePrediction(await loadLesson(first), predict);
    if (settings.present) return presentFrom({ first, predicted, toTheEnd: wanted === undefined }, room, settings);
    let lesson = await learn(first, room, { name, input, predicted });
    while (lesson) lesson = await learn(lesson, room, { name, input });
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
  await inRoom(settings, async ({ progress, lessonLab, terminal, print, say }) => {
    const id = chosenLesson(lesson, progress);
    const outcomes = await (await lessonLab()).check(id);
    print(settings.json ? jsonReport(outcomes) : checksReport(outcomes, terminal));
    if (outcomes.every(({ ok }) => ok))
      return say(`Lesson ${numberOf(id)} is done. Next: lab workshop${nameSuffix(settings.name)}`);
    process.exitCode = exitCodes.refuted.code;
    say(`Not yet. A hint: lab workshop hint${nameSuffix(settings.name)}`);
  });
}

/** One hint more each time, three in all. */
export async function hint(lesson: string | undefined, { name }: WorkshopSettings): Promise<void> {
  const progress = new Progress(name);
  const id = chosenLesson(lesson, progress);
  process.stdout.write(`${await nextHint(id, progress)}\n`);
}

export async function solve(lesson: string | undefined, settings: WorkshopSettings): Promise<void> {
  await inRoom(settings, async ({ progress, lessonLab, print, say }) => {
    const id = chosenLesson(lesson, progress);
    await (await lessonLab()).solve(id, (line) => print(`$ lab ${line}${nameSuffix(settings.name)}\n`));
    say(`See whether it holds: lab workshop check${nameSuffix(settings.name)}`);
  });
}

/** Makes the lab as new, and sets the task up again. */
export async function reset(lesson: string | undefined, settings: WorkshopSettings): Promise<void> {
  await inRoom(settings, async ({ progress, lessonLab, aloud, print }) => {
    const begin = performance.now();
    aloud();
    const { lab, engine, setUp } = await lessonLab();
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
  { progress, terminal, interrupt, lessonLab }: Room,
  settings: WorkshopSettings,
): Promise<void> {
  const presenter = openPresentation(settings, terminal, { input: settings.input, signal: interrupt.signal });
  const ids = lessonIds();
  const lessons = toTheEnd ? ids.slice(ids.indexOf(first)) : [first];
  for (const id of lessons) {
    const said = id === first ? predicted : undefined;
    if (!(await presentLesson(id, { lessonLab: lessonLab(), progress, presenter, predicted: said }))) return;
  }
}
