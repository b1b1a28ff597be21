import { LabError } from "../errors.ts";
import { harmless } from "../report/text.ts";
import { askChoice, askNumber, canAsk } from "../terminal/prompt.ts";
import type { Lesson, LessonAnswer } from "./lesson.ts";

/** Asks; undefined where nobody is there to answer. */
export async function askPrediction(
  { question }: Lesson,
  { input, signal }: { input: boolean; signal: AbortSignal },
): Promise<LessonAnswer | undefined> {
  if (!canAsk({ input })) return undefined;
  const message = "What do you say?";
  if (!("choices" in question)) return askNumber({ ...question, message }, signal);
  return askChoice({ message, choices: Object.entries(question.choices).map(([id, says]) => ({ id, says })) }, signal);
}

/** What was given on the command line. @throws LabError (`bad-prediction`) */
export function parsePrediction({ question }: Lesson, given: string): LessonAnswer {
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
