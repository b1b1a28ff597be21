import { loadLesson } from "../catalogue.ts";
import { comparisonLines, questionLines } from "../report/lesson-words.ts";
import type { Move } from "../terminal/present/move.ts";
import type { Presenter } from "../terminal/present/presenter.ts";
import type { Page } from "../terminal/present/slide.ts";
import type { LessonAnswer, Measured } from "./lesson.ts";
import type { LessonLab } from "./lesson-lab.ts";
import type { Progress } from "./progress.ts";
import { headline } from "./teach.ts";

const moves = { next: "go on", back: "back", again: "run it again", skip: "next lesson", quit: "end" };

export interface Presenting {
  lessonLab: Promise<LessonLab>;
  progress: Progress;
  presenter: Presenter;
  /** What the room said, where it was given. */
  predicted: LessonAnswer | undefined;
}

/**
 * One lesson for a room, page by page: the containers start behind the intro; the experiment runs between the question and the
 * measurement, and again as often as the presenter likes.
 *
 * @returns whether to go on with the next lesson
 */
export async function presentLesson(
  id: string,
  { lessonLab, progress, presenter, predicted }: Presenting,
): Promise<boolean> {
  const lesson = await loadLesson(id);
  progress.begin(id);
  const title = headline(id, lesson);
  const before: Page[] = [
    ...lesson.intro.map((text) => ({ title, text: [text] })),
    { title, text: questionLines(lesson.question) },
  ];
  let measured: Measured | undefined;
  const run = async () => {
    measured = await (await lessonLab).measure(id);
    progress.note(id, { measured, ...(predicted === undefined ? {} : { predicted }) });
  };
  const after = (found: Measured): Page[] => [
    ...comparisonLines({ lesson, predicted, measured: found }).map((text) => ({ title, text: [text] })),
    { title, text: [...lesson.task.says, `  lab workshop check ${id}`] },
  ];
  for (let at = 0; ; ) {
    if (at >= before.length && !measured) await run();
    const pages = measured ? [...before, ...after(measured)] : before;
    if (at >= pages.length) break;
    const position = `${at + 1}`;
    const move: Move = await presenter.show({ ...pages[at]!, position }, moves);
    if (move === "quit") return false;
    if (move === "skip") return true;
    if (move === "next") at += 1;
    if (move === "back") at = Math.max(0, at - 1);
    if (move === "again") {
      await run();
      at = before.length;
    }
  }
  await (await lessonLab).setUp(id);
  return true;
}
