import { Chalk } from "chalk";
import type { CheckOutcome, Lesson, LessonAnswer, Measured, Question } from "../workshop/lesson.ts";
import { harmless, wrap } from "./text.ts";

interface Page {
  columns: number;
  colour: boolean;
}

/** The question with the answers that there are. */
export function questionLines(question: Question): string[] {
  if (!("choices" in question)) return [question.ask, `  ${question.from} to ${question.to}`];
  return [question.ask, ...Object.entries(question.choices).map(([id, says]) => `  ${id}: ${says}`)];
}

export interface Comparison {
  lesson: Pick<Lesson, "because" | "usuallyWrong" | "question">;
  predicted: LessonAnswer | undefined;
  measured: Measured;
}

/** Prediction, measurement, and the mechanism; where the prediction is a usual one and wrong, what is wrong with it. */
export function comparisonLines({ lesson, predicted, measured }: Comparison): string[] {
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
