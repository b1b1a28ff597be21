import { describe, expect, test } from "vitest";
import { LabError } from "../errors.ts";
import { resultOf } from "../verdict/golden/judging.ts";
import { stories } from "../verdict/golden/stories.ts";
import { formatFor, reportFormats } from "./formats.ts";

describe.each(reportFormats)("the format $id", ({ ending, title, render }) => {
  test.each(Object.keys(stories))("renders %s, ending with a line feed, and the same every time", async (name) => {
    const result = await resultOf(stories[name]!());
    const report = render(result);
    expect(report).toMatch(/[^\n]\n$/);
    expect(render(await resultOf(stories[name]!()))).toBe(report);
  });

  test("leaves the result as it was", async () => {
    const result = await resultOf(stories["every-fate"]!());
    const before = structuredClone(result);
    render(result);
    expect(result).toEqual(before);
  });

  test("lets no control character of a hostile history through", async () => {
    const result = await resultOf(stories["server-crash"]!());
    const nasty = {
      ...result,
      scenario: { ...result.scenario, title: "\u001b[2J\u009b31m\u007f\u202e\u2028\u{e0041}" },
    };
    expect(render(nasty).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  test("has an ending of its own and a title", () => {
    expect(reportFormats.filter((other) => other.ending === ending)).toHaveLength(1);
    expect(ending).toMatch(/^\.[a-z]+$/);
    expect(title).not.toBe("");
  });
});

test("the ending of a file name chooses the format, whatever its case", () => {
  expect(["a.json", "b.txt", "/tmp/x.y/C.JSON"].map((file) => formatFor(file).id)).toEqual(["json", "text", "json"]);
});

test.each(["report.pdf", "report", ".json", "json"])("%s is refused, with the endings there are", (file) => {
  const refusal = () => formatFor(file);
  expect(refusal).toThrow(LabError);
  expect(refusal).toThrow(/^Unknown report ending/);
  try {
    refusal();
  } catch (error) {
    expect((error as LabError).todo).toContain("Allowed: .json, .txt.");
  }
});

test("the JSON report is the result, character for character", async () => {
  const result = await resultOf(stories["every-fate"]!());
  const odd = { ...result, scenario: { ...result.scenario, title: "\u009b\u202e\u2028\u{e0041}ü" } };
  expect(JSON.parse(formatFor("x.json").render(odd))).toEqual(odd);
  expect(formatFor("x.json").render(odd)).toContain(String.raw`"title": "\u009b\u202e\u2028\udb40\udc41ü"`);
});
