import { expect, it } from "vitest";
import { checksReport, comparisonLines } from "./lesson-words.ts";

const lesson = {
  because: "the mechanism.",
  question: { ask: "How many?", from: 0, to: 6 },
  usuallyWrong: [{ answer: 6, because: "what is wrong with six." }],
};
const measured = { answer: 4, says: "4 of 6" };

it("says what is wrong with a usual wrong prediction", () => {
  expect(comparisonLines({ lesson, predicted: 6, measured })).toEqual([
    "You said: 6",
    "Measured: 4 (4 of 6)",
    "✗ The measurement says otherwise.",
    "what is wrong with six.",
    "Why: the mechanism.",
  ]);
});

it("compares with the measurement, not with what usually is wrong", () => {
  const lines = comparisonLines({ lesson, predicted: 6, measured: { answer: 6, says: "6 of 6" } });
  expect(lines).toEqual(["You said: 6", "Measured: 6 (6 of 6)", "✓ As you said.", "Why: the mechanism."]);
});

it("measures also where nobody predicted anything", () => {
  expect(comparisonLines({ lesson, predicted: undefined, measured })).toEqual([
    "Measured: 4 (4 of 6)",
    "Why: the mechanism.",
  ]);
});

it("prints a choice in its own words", () => {
  const choices = { a: "the first", b: "the second" };
  const lines = comparisonLines({
    lesson: { ...lesson, question: { ask: "Which?", choices } },
    predicted: "a",
    measured: { answer: "b", says: "seen" },
  });
  expect(lines.slice(0, 2)).toEqual(["You said: the first", "Measured: the second (seen)"]);
});

it("names each check with what was seen, and lets no escape sequence through", () => {
  const report = checksReport(
    [
      { name: "one", ok: true, says: "fine" },
      { name: "two", ok: false, says: "not \u001b[2J yet" },
    ],
    { columns: 40, colour: false },
  );
  expect(report).toBe("✓ one\n    fine\n✗ two\n    not \\x1b[2J yet\n");
});
