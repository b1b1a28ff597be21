import { lessonIds, loadLesson } from "../catalogue.ts";
import { comparisonLines, paragraphs, questionLines } from "../report/lesson-words.ts";
import { numberOf } from "./find-lesson.ts";
import type { Lesson, LessonAnswer } from "./lesson.ts";
import type { LessonLab } from "./lesson-lab.ts";
import type { Progress } from "./progress.ts";

export interface Teaching {
  /** The lab, which may still be starting. */
  lessonLab: Promise<LessonLab>;
  progress: Progress;
  columns: number;
  print(text: string): void;
  /** Asks for the learner's prediction; undefined where nobody is there to answer. */
  predict(lesson: Lesson): Promise<LessonAnswer | undefined>;
}

/**
 * One lesson up to its task: the intro while the containers start, the question, the prediction, the run, both beside each
 * other, the mechanism, the task.
 */
export async function teach(id: string, { lessonLab, progress, columns, print, predict }: Teaching): Promise<void> {
  const lesson = await loadLesson(id);
  progress.begin(id);
  const tell = (...texts: string[]) => print(`${paragraphs(texts, { columns })}\n\n`);
  tell(headline(id, lesson));
  for (const text of lesson.intro) tell(text);
  tell(...questionLines(lesson.question));
  const predicted = await predict(lesson);
  const { measure, setUp } = await lessonLab;
  const measured = await measure(id);
  progress.note(id, { measured, ...(predicted === undefined ? {} : { predicted }) });
  for (const line of comparisonLines({ lesson, predicted, measured })) tell(line);
  await setUp(id);
  tell("Your turn:");
  for (const text of lesson.task.says) tell(text);
}

export function headline(id: string, { title, minutes }: Lesson): string {
  return `Lesson ${numberOf(id)} of ${lessonIds().length}: ${title} (about ${minutes} minutes)`;
}
