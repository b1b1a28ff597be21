import { describe, expect, test } from "vitest";
import { LabError } from "../errors.ts";
import { resultOf } from "../verdict/golden/judging.ts";
import { stories } from "../verdict/golden/stories.ts";
import type { Result } from "../verdict/result.ts";
import { formatFor, type ReportFormat, reportFormats } from "./formats.ts";
import { rendered, sourceOf } from "./testing/source-of.ts";

describe.each(reportFormats)("the format $id", (format) => {
  test.each(Object.keys(stories))("renders %s, ending with a line feed, and the same every time", async (name) => {
    const report = await rendered(format, await sourceOf(stories[name]!()));
    expect(report).toMatch(/[^\n]\n$/);
    expect(await rendered(format, await sourceOf(stories[name]!()))).toBe(report);
  });

  test("leaves the result as it was", async () => {
    const source = await sourceOf(stories["every-fate"]!());
    const before = structuredClone(source.result);
    await rendered(format, source);
    expect(source.result).toEqual(before);
  });

  test("lets no control character of a hostile history through", async () => {
    const source = await sourceOf(stories["server-crash"]!());
    const nasty = await withTitle(format, source.result, "\u001b[2J\u009b31m\u007f\u202e\u2028\u{e0041}");
    expect(nasty.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  test("has an ending of its own and a title", () => {
    expect(reportFormats.filter((other) => other.ending === format.ending)).toHaveLength(1);
    expect(format.ending).toMatch(/^\.[a-z]+$/);
    expect(format.title).not.toBe("");
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
    for (const { ending } of reportFormats) expect((error as LabError).todo).toContain(ending);
  }
});

test("the JSON report is the result, character for character", async () => {
  const result = await resultOf(stories["every-fate"]!());
  const title = "\u009b\u202e\u2028\u{e0041}ü";
  const report = await withTitle(formatFor("x.json"), result, title);
  expect(JSON.parse(report)).toEqual({ ...result, scenario: { ...result.scenario, title } });
  expect(report).toContain(String.raw`"title": "\u009b\u202e\u2028\udb40\udc41ü"`);
});

function withTitle(format: ReportFormat, result: Result, title: string): Promise<string> {
  return rendered(format, { result: { ...result, scenario: { ...result.scenario, title } }, histories: [] });
}
