import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatFor, reportFormats } from "../report/formats.ts";
import type { ReportText } from "../report/source.ts";
import { labCommand } from "../testing/run-lab.ts";
import { threeUsers } from "../verdict/golden/judging.ts";
import { judge } from "../verdict/judge.ts";
import { writeReports } from "./write-reports.ts";

/** `lab report` on a stored run, with an engine that is not there. */
const lab = labCommand({ name: "test-report" });
const folder = mkdtempSync(join(tmpdir(), "session-lab-report-"));
const run = join(folder, "run");
const env = { DOCKER_HOST: `unix://${folder}/none.sock` };

beforeAll(() => {
  mkdirSync(run);
  copyFileSync(new URL("../verdict/golden/server-crash.jsonl", import.meta.url), join(run, "history.jsonl"));
});

afterAll(() => {
  lab[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

test("any format is made from a stored run, without an engine, and the files are named", async () => {
  const files = reportFormats.map(({ ending }) => join(folder, `run${ending}`));
  const { stdout, stderr, exitCode } = await lab.run(["report", run, ...files], { env });
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: files.join("\n"), stderr: "", exitCode: 0 });
  for (const file of files) expect(readFileSync(file, "utf8")).toContain("server-crash");
});

test("a report of the lab that is there already is replaced, and so is an empty file", async () => {
  const files = [...reportFormats.map(({ ending }) => join(folder, `again${ending}`)), join(folder, "empty.md")];
  writeFileSync(join(folder, "empty.md"), "");
  const first = await lab.run(["report", run, ...files], { env });
  const before = files.map((file) => readFileSync(file, "utf8"));
  const second = await lab.run(["report", run, ...files], { env });
  expect([first, second]).toMatchObject([{ exitCode: 0 }, { exitCode: 0, stderr: "" }]);
  expect(files.map((file) => readFileSync(file, "utf8"))).toEqual(before);

  const page = join(folder, "film.html");
  for (const _ of ["made", "replaced"])
    expect(await lab.run(["replay", run, "--html", page], { env })).toMatchObject({ exitCode: 0, stderr: "" });
});

describe("a file that is there already and is no report of the lab", () => {
  const others: Record<string, string> = {
    "package.json": '{\n  "name": "a-package",\n  "run": {}\n}\n',
    "notes.md": "# Notes\n\nThe verdict was **confirmed**.\n",
    "index.html": "<!doctype html>\n<html><head><title>Session lab</title></head></html>\n",
    "pom.xml": '<?xml version="1.0" encoding="UTF-8"?>\n<project/>\n',
    "data.ndjson": '{"type":"step"}\n',
    "letter.txt": "Dear all,\n\nit is CONFIRMED: we move.\n",
    "half.json": "{",
    "bytes.txt": "\u0000\u0001",
  };

  test.each(Object.entries(others))("%s stays as it is", async (name, content) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    const { exitCode, stdout, stderr } = await lab.run(["report", run, join(folder, "beside.md"), file], { env });
    expect(stderr).toContain(`lab: ${file} is there already, and is no `);
    expect(stderr).toContain("(report-exists)");
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: "" });
    expect(readFileSync(file, "utf8")).toBe(content);
    expect(readdirSync(folder)).not.toContain("beside.md");
  });

  test.each([
    ["scenario", "login", "--report"],
    ["replay", run, "--html"],
  ])("stays as it is for %s, too, which then does not begin", async (...args) => {
    const file = join(folder, "mine.html");
    writeFileSync(file, "mine");
    const { exitCode, stderr } = await lab.run([...args, file], { env });
    expect(stderr).toContain("(report-exists)");
    expect(exitCode).toBe(64);
    expect(readFileSync(file, "utf8")).toBe("mine");
  });
});

test("a report that cannot be finished leaves the one before it as it was, and nothing beside it", async () => {
  const own = join(folder, "own");
  mkdirSync(own);
  const file = join(own, "report.md");
  writeFileSync(file, "the one before");
  const format = { ...formatFor(file), render: half };
  const troubles = await writeReports([{ file, format }], { result: await judge(threeUsers().events), folders: [run] });
  expect(troubles).toEqual([new Error("the history is damaged")]);
  expect(readFileSync(file, "utf8")).toBe("the one before");
  expect(readdirSync(own)).toEqual(["report.md"]);
});

async function* half(): ReportText {
  yield "x".repeat(1_000_000);
  throw new Error("the history is damaged");
}

test("a result that cannot be printed is no refuted run: it is said, and ends with 3", async () => {
  const within = ["sh", "-c", '"$@" > /dev/full', "sh"];
  const { exitCode, stderr } = await lab.run(["judge", run], { env, within });
  expect(stderr).toMatch(/^lab: the output cannot be written: ENOSPC.*$/);
  expect(exitCode).toBe(3);
});

test.each([
  [["report", run], 64, "missing required argument 'file'"],
  [["report", run, "x.pdf"], 64, 'Unknown report ending ".pdf".'],
  [["report", "nowhere", join(folder, "never.md")], 64, 'There is no run "nowhere"'],
  [["report", run, join(folder, "no/such/folder/never.md")], 64, "(report-not-writable)"],
  [["replay", run, "--html", join(folder, "no/such/folder/never.html")], 64, "(report-not-writable)"],
  [["replay", run, "--html", folder], 64, "(report-not-writable)"],
  [["scenario", "server-crash", "--report", join(folder, "no/such/folder/never.md")], 64, "(report-not-writable)"],
])("%j: exit code %i", async (args, code, says) => {
  const { stdout, stderr, exitCode } = await lab.run(args, { env });
  expect(stderr).toContain(says);
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: code });
  expect(readdirSync(folder)).not.toContain("never.md");
});
