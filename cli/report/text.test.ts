import { describe, expect, test } from "vitest";
import { harmless, widthOf, wrap } from "./text.ts";

describe("wrapping", () => {
  test("breaks at spaces so that no line is too wide", () => {
    expect(wrap("who is still logged in", 9)).toEqual(["who is", "still", "logged in"]);
  });

  test("indents what follows the first line", () => {
    expect(wrap("- who is still logged in", 10, { hanging: "  " })).toEqual([
      "- who is",
      "  still",
      "  logged",
      "  in",
    ]);
  });

  test("leaves a word whole that is wider than the line", () => {
    expect(wrap("in /home/ada/runs today", 8)).toEqual(["in", "/home/ada/runs", "today"]);
  });

  test("counts wide characters twice", () => {
    expect(wrap("会话 会话 会话", 9)).toEqual(["会话 会话", "会话"]);
  });

  test("takes colours for nothing, and leaves every word as it is", () => {
    expect(wrap("\u001b[1mwho is\u001b[22m still in", 12)).toEqual(["\u001b[1mwho is\u001b[22m still", "in"]);
    expect(wrap("in /home/a\u0308da  today", 80)).toEqual(["in /home/a\u0308da  today"]);
  });

  test("of nothing is one empty line", () => {
    expect(wrap("", 80)).toEqual([""]);
  });
});

test.each([
  ["plain", 5],
  ["müde", 4],
  ["mu\u0308de", 4],
  ["会话", 4],
  ["🙂", 2],
  ["𠀀", 2],
  ["✓", 1],
  // Devanagari: a spacing vowel sign takes a column, one above the letter none.
  ["\u0915\u093e", 2],
  ["\u0915\u0947", 1],
  // As wide as it is in the terminals that show it as an emoji.
  ["❤\ufe0f", 2],
  ["︙", 2],
  ["\u{17000}\u{1b000}\u{1f200}", 6],
  // Yi, Khitan, a hexagram.
  ["\ua000\u{18b00}\u4dc0", 6],
  // A person with a colour and a profession, and a flag, are one sign each.
  ["👩🏽\u200d🚀", 2],
  ["🇩🇪", 2],
  ["\u001b[31mred\u001b[39m", 3],
])("%s takes %i columns", (text, columns) => {
  expect(widthOf(text)).toBe(columns);
});

test("harmless strings stay as they are, in lists and in fields", () => {
  const value = { a: ["ü ✓ 会话", 7, null, true], b: { c: "x" } };
  expect(harmless(value)).toEqual(value);
});

test("control characters are written out, in names of fields, too", () => {
  expect(harmless({ "\u001b[1m": ["\u0000\u007f\u009b", "\u202e"] })).toEqual({
    "\\x1b[1m": ["\\x00\\x7f\\x9b", "\\u{202e}"],
  });
});
