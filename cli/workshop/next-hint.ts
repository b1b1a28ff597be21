import { loadLesson } from "../catalogue.ts";
import { paragraphs } from "../report/lesson-words.ts";
import type { Progress } from "./progress.ts";

/** One hint more each time; the last one again and again. */
export async function nextHint(id: string, progress: Progress): Promise<string> {
  const { hints } = (await loadLesson(id)).task;
  const level = Math.min(progress.of(id).hints, hints.length - 1);
  progress.note(id, { hints: level + 1 });
  return paragraphs([`Hint ${level + 1} of ${hints.length}: ${hints[level]}`], {
    columns: process.stdout.columns || 80,
  });
}
