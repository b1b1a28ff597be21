import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { markdownReport } from "../report/markdown.ts";
import { resultOf } from "../verdict/golden/judging.ts";
import { stories } from "../verdict/golden/stories.ts";
import { tellGithub } from "./github-actions.ts";

let folder: string;
let said: string[];
const say = (line: string) => void said.push(line);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "github-"));
  said = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

test("in a job, the report is added to the summary, and the verdict becomes an annotation", async () => {
  const summary = join(folder, "summary.md");
  writeFileSync(summary, "before\n");
  const result = await resultOf(stories["server-crash"]!());
  tellGithub(result, { env: { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary }, say });
  expect(readFileSync(summary, "utf8")).toBe(`before\n${markdownReport(result)}`);
  expect(said.join()).toMatch(/^::notice /);
});

test("elsewhere nothing is said or written", async () => {
  const summary = join(folder, "summary.md");
  tellGithub(await resultOf(stories["server-crash"]!()), { env: { GITHUB_STEP_SUMMARY: summary }, say });
  expect(said).toEqual([]);
  expect(() => readFileSync(summary)).toThrow(/ENOENT/);
});

test("a summary that cannot be written is a warning, not the end", async () => {
  tellGithub(await resultOf(stories["server-crash"]!()), {
    env: { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: folder },
    say,
  });
  expect(said.at(-1)).toMatch(/^::warning title=no job summary::EISDIR/);
});
