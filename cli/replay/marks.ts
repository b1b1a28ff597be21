import { answerMarks, type Mark, marksOfFates } from "../picture/palette.ts";
import { type ArchitectureTally, isJudged } from "../picture/tally.ts";

/** What is to be said of an architecture's sessions: their fates when all are known, until then the last answers. */
export function marksOf(tally: ArchitectureTally): { mark: Mark; count: number }[] {
  const marks = isJudged(tally)
    ? inOrder(marksOfFates(tally), tally.fates).reverse()
    : inOrder(answerMarks, tally.answers);
  return marks.filter(({ count }) => count > 0);
}

function inOrder<Key extends string>(marks: Record<Key, Mark>, counts: Partial<Record<Key, number>>) {
  return (Object.keys(marks) as Key[]).map((key) => ({ mark: marks[key], count: counts[key] ?? 0 }));
}
