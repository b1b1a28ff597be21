import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reportFormats } from "./report/formats.ts";
import { labCommand } from "./testing/run-lab.ts";

/** `lab report` on a stored run, with an engine that is not there. */
const lab = labCommand({ name: "test-report" });
const folder = mkdtempSync(join(tmpdir(), "session-lab-report-"));
const run = join(folder, "run");
const env = { DOCKER_HOST: `unix://${folder}/none.sock` };

beforeAll(() => {
  mkdirSync(run);
  copyFileSync(new URL("verdict/golden/server-crash.jsonl", import.meta.url), join(run, "history.jsonl"));
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

test("a report that is there already is replaced", async () => {
  const file = join(folder, "again.md");
  writeFileSync(file, "x".repeat(100_000));
  await lab.run(["report", run, file], { env });
  expect(readFileSync(file, "utf8")).toMatch(/^## .*golden\n```\n$/s);
});

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
