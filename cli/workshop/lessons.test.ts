import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lessonIds, loadLesson } from "../catalogue.ts";
import { paragraphs } from "../report/lesson-words.ts";
import { widthOf } from "../report/text.ts";
import { loadStores } from "../theory/stores.ts";
import type { LessonAnswer, Question } from "./lesson.ts";

it("there are lessons enough, numbered without gaps", () => {
  const ids = lessonIds();
  expect(ids.length).toBeGreaterThanOrEqual(8);
  expect(ids.map((id) => Number.parseInt(id, 10))).toEqual(ids.map((_, index) => index + 1));
});

describe.each(lessonIds())("%s", (id) => {
  it("knows wrong predictions that somebody could make, each once", async () => {
    const { question, usuallyWrong } = await loadLesson(id);
    expect(usuallyWrong.length).toBeGreaterThan(0);
    for (const { answer } of usuallyWrong) expect(isAnswer(question, answer), String(answer)).toBe(true);
    expect(new Set(usuallyWrong.map(({ answer }) => answer)).size).toBe(usuallyWrong.length);
    if ("choices" in question) expect(usuallyWrong.length).toBeLessThan(Object.keys(question.choices).length);
  });

  it("has an intro, a mechanism in few sentences, a task with checks by name, and three hints", async () => {
    const { intro, because, task, minutes } = await loadLesson(id);
    expect(intro.length).toBeGreaterThan(0);
    expect(because.split(/[.:;] /).length).toBeLessThanOrEqual(4);
    expect(task.checks.length).toBeGreaterThan(0);
    expect(new Set(task.checks.map(({ name }) => name)).size).toBe(task.checks.length);
    expect(task.hints.every((hint) => hint.length > 10)).toBe(true);
    expect(minutes).toBeGreaterThan(0);
  });

  it("speaks only of stores that exist", async () => {
    const known = loadStores().map(({ id }) => id);
    expect((await loadLesson(id)).stores.filter((store) => !known.includes(store))).toEqual([]);
  });

  it("imports nothing but the words for lessons", () => {
    const source = readFileSync(join(import.meta.dirname, `lessons/${id}.ts`), "utf8");
    expect([...source.matchAll(/from "(.+)"/g)].map(([, path]) => path)).toEqual(["../lesson.ts"]);
  });

  it("fits a terminal of 80 columns and 24 rows, paragraph by paragraph", async () => {
    const { intro, task } = await loadLesson(id);
    for (const text of [...intro, ...task.says]) {
      const lines = paragraphs([text], { columns: 60 }).split("\n");
      expect(lines.length).toBeLessThanOrEqual(20);
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(72);
    }
  });
});

function isAnswer(question: Question, answer: LessonAnswer): boolean {
  if ("choices" in question) return Object.hasOwn(question.choices, answer);
  return typeof answer === "number" && answer >= question.from && answer <= question.to;
}
