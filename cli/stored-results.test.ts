import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readResults, writeResults } from "./stored-results.ts";
import { resultOf, threeUsers } from "./verdict/golden/judging.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stored-results-"));
  file = join(folder, "comparison.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

const result = await resultOf(threeUsers());

it("what was written is read again, and only its owner may", () => {
  writeResults(file, [result]);
  writeResults(file, [result, result]);
  expect(readResults(file)).toEqual([result, result]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["comparison.json"]);
});

it("what `lab compare --json` printed is read, too", () => {
  writeFileSync(file, JSON.stringify({ comparison: {}, results: [result] }));
  expect(readResults(file)).toEqual([result]);
});

it("a file that cannot be replaced stays as it was, and nothing is left beside it", () => {
  mkdirSync(join(file, "full"), { recursive: true });
  expect(() => writeResults(file, [result])).toThrow(/EISDIR|ENOTEMPTY|directory/);
  expect(readdirSync(folder)).toEqual(["comparison.json"]);
});

it.each(["{", "[1]", '{"results":[{}]}', "{}", "null"])("%s is no comparison", (text) => {
  writeFileSync(file, text);
  expect(() => readResults(file)).toThrow(expect.objectContaining({ id: "resume-unreadable" }));
  expect(readFileSync(file, "utf8")).toBe(text);
});

it("a file that is not there has no results yet", () => {
  expect(readResults(file)).toEqual([]);
});
