import { lessonIds } from "../catalogue.ts";
import { unknownValue } from "../errors.ts";

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
