import { lessonIds } from "../catalogue.ts";
import { LabError, unknownValue } from "../errors.ts";
import { harmless } from "../report/text.ts";
import type { Progress } from "./progress.ts";

/**
 * The lesson that is meant by a number (`4`), by its file's name (`04-affinity-by-cookie`) or by that without the number.
 *
 * @throws LabError (`unknown-lesson`)
 */
export function findLesson(wanted: string): string {
  const ids = lessonIds();
  const found = ids.find((id) => id === wanted || id.replace(/^\d+-/, "") === wanted || numberOf(id) === wanted);
  if (found !== undefined) return found;
  throw unknownValue(
    "lesson",
    wanted,
    ids.map((id) => `${numberOf(id)} or ${id.replace(/^\d+-/, "")}`),
  );
}

export function numberOf(lesson: string): string {
  return String(Number(/^\d+/.exec(lesson)?.[0]));
}

/** The one begun last if it is not done, else the first that is not. */
export function nextLesson(progress: Progress): string {
  const { current } = progress;
  const ids = lessonIds();
  if (current !== undefined && ids.includes(current) && !progress.of(current).done) return current;
  return ids.find((id) => !progress.of(id).done) ?? ids[0]!;
}

/** Undefined after the last one. */
export function lessonAfter(id: string): string | undefined {
  const ids = lessonIds();
  return ids[ids.indexOf(id) + 1];
}

/** The lesson that is named, or the one begun last. @throws LabError (`unknown-lesson`, `no-lesson`) */
export function chosenLesson(wanted: string | undefined, { current }: Progress): string {
  if (wanted !== undefined) return findLesson(harmless(wanted));
  if (current !== undefined && lessonIds().includes(current)) return current;
  throw new LabError("No lesson has been begun.", {
    id: "no-lesson",
    todo: "Begin with `lab workshop`, or name a lesson: `lab workshop list`.",
    exit: "usage",
  });
}
