import { Chalk } from "chalk";
import { harmless, wrap } from "./text.ts";

/** A prediction and a measurement: a number, or the id of a choice. */
export type LessonAnswer = number | string;

export type Question =
  | { ask: string; from: number; to: number }
  /** Ids and what they say. */
  | { ask: string; choices: Readonly<Record<string, string>> };

/** What a real run gave. */
export interface Measured {
  answer: LessonAnswer;
  /** In words, the same in every run that comes out the same. */
  says: string;
}

export interface CheckOutcome {
  ok: boolean;
  /** What was seen. */
  says: string;
}

/** What a lesson is about. */
export interface LessonPoint {
  question: Question;
  /** The mechanism, in a sentence. */
  because: string;
  /** Predictions that people like to make, and what is wrong with them. */
  usuallyWrong: readonly { answer: LessonAnswer; because: string }[];
}

interface Page {
  columns: number;
  colour: boolean;
}

/** The question with the answers that there are. */
export function questionLines(question: Question): string[] {
  if (!("choices" in question)) return [question.ask, `  ${question.from} to ${question.to}`];
  return [question.ask, ...Object.entries(question.choices).map(([id, says]) => `  ${id}: ${says}`)];
}

export interface PredictionAndMeasurement {
  lesson: LessonPoint;
  predicted: LessonAnswer | undefined;
  measured: Measured;
}

/** Prediction, measurement, and the mechanism; where the prediction is a usual one and wrong, what is wrong with it. */
export function comparisonLines({ lesson, predicted, measured }: PredictionAndMeasurement): string[] {
  const wrong = predicted !== undefined && predicted !== measured.answer;
  const usual = wrong ? lesson.usuallyWrong.find(({ answer }) => answer === predicted) : undefined;
  return [
    ...(predicted === undefined ? [] : [`You said: ${sayAnswer(lesson.question, predicted)}`]),
    `Measured: ${sayAnswer(lesson.question, measured.answer)} (${measured.says})`,
    ...(predicted === undefined ? [] : [wrong ? "✗ The measurement says otherwise." : "✓ As you said."]),
    ...(usual ? [usual.because] : []),
    `Why: ${lesson.because}`,
  ];
}

/** Each check by name, with what was seen. */
export function checksReport(checks: readonly (CheckOutcome & { name: string })[], { columns, colour }: Page): string {
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  const lines = harmless(checks).flatMap(({ name, ok, says }) => [
    ...wrap(`${ok ? "✓" : "✗"} ${name}`, columns, { hanging: "  " }).map((line) =>
      ok ? chalk.green(line) : chalk.yellow(line),
    ),
    ...wrap(says, columns - 4).map((line) => `    ${line}`),
  ]);
  return `${lines.join("\n")}\n`;
}

/** Paragraphs for a terminal; lines that begin with two spaces stay as they are. */
export function paragraphs(texts: readonly string[], { columns }: Pick<Page, "columns">): string {
  return texts.flatMap((text) => (text.startsWith("  ") ? [text] : wrap(text, columns, { hanging: "" }))).join("\n");
}

function sayAnswer(question: Question, answer: LessonAnswer): string {
  return "choices" in question ? (question.choices[answer] ?? String(answer)) : String(answer);
}
