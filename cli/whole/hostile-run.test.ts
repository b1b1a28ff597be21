/** A run may come from anybody: its folder is read, and nothing in it is obeyed. */
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findRunFolder, runFiles } from "../experiment/run-folders.ts";
import type { HistoryEvent } from "../history/events.ts";
import { demoRun } from "../paths.ts";
import { reportFormats } from "../report/formats.ts";
import { strangeInMarkdown, strangeInPage, strangeInTerminal } from "../report/testing/escaped.ts";
import { nastyTexts, withHostileTexts } from "../report/testing/hostile.ts";
import { parseXml } from "../report/testing/well-formed-xml.ts";
import { labCommand } from "../testing/run-lab.ts";

let folder: string;
let run: string;
let history: string;
const lab = labCommand({ name: "test-hostile" });
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hostile-"));
  run = join(folder, "run");
  history = join(run, runFiles.history);
});
beforeEach(() => mkdirSync(run));
afterEach(() => {
  for (const file of readdirSync(folder)) rmSync(join(folder, file), { recursive: true });
});
afterAll(() => {
  lab[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const reports = reportFormats.map(({ ending }) => `report${ending}`);
/** Whatever reads a run -> the files that it writes. */
const readers: Record<string, string[]> = {
  judge: [],
  "judge --json": [],
  replay: [],
  "replay --html": ["film.html"],
  report: reports,
};

/** E.g. `replay --html` of a run, into a file of this folder. */
function read(reader: string, what = run) {
  const [verb = "", ...options] = reader.split(" ");
  return lab.run([verb, what, ...options, ...readers[reader]!.map((file) => join(folder, file))]);
}

const demo = readFileSync(join(demoRun, runFiles.history), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as HistoryEvent);

describe("a run whose names, items and reasons are", () => {
  it.each([
    ["markup", nastyTexts.slice(0, 4).join("")],
    ["control characters, and some that turn the text round", `${nastyTexts[4]}\u0007\u001b]0;owned\u0007\u2066\r\n`],
    ["commands for other programs", nastyTexts.slice(5).join("")],
    ["paths", "/../../../../../../etc/passwd"],
  ])(
    "%s: it is read, no file but those asked for is written, and all of it stays text",
    { timeout: 120_000 },
    async (_, nasty) => {
      const spoilt = withHostileTexts(demo, nasty).map((event) =>
        event.type === "run"
          ? { ...event, id: "../../../../evil", scenario: { ...event.scenario, id: "../evil" } }
          : event,
      );
      writeFileSync(history, spoilt.map((event) => `${JSON.stringify(event)}\n`).join(""));
      for (const reader of Object.keys(readers)) {
        const { exitCode, stdout, stderr } = await read(reader);
        expect({ reader, exitCode, stderr }).toEqual({ reader, exitCode: 0, stderr: "" });
        expect(strangeInTerminal(stdout)).toEqual([]);
      }
      expect(readdirSync(folder).sort()).toEqual(["run", ...Object.values(readers).flat()].sort());
      expect(readdirSync(run)).toEqual([runFiles.history]);
      expect(readdirSync(lab.home)).toEqual([]);

      const text = (file: string) => readFileSync(join(folder, file), "utf8");
      expect(strangeInPage(text("report.html"))).toEqual([]);
      expect(strangeInPage(text("film.html"))).toEqual([]);
      expect(strangeInMarkdown(text("report.md"))).toEqual([]);
      expect(parseXml(text("report.xml")).length).toBeGreaterThan(0);
      for (const file of reports.filter((name) => name !== "report.html"))
        expect([file, strangeInTerminal(text(file))]).toEqual([file, []]);
    },
  );
});

describe("in place of a history there is", () => {
  it.each([
    ["a pipe that nobody writes to", () => execFileSync("mkfifo", [history]), "it is a pipe, not a file"],
    ["a folder", () => mkdirSync(history), "it is a folder, not a file"],
    ["a link to another file", () => symlinkSync("/etc/passwd", history), "it is a link, not a file"],
    ["a link to what never ends", () => symlinkSync("/dev/zero", history), "it is a link, not a file"],
    ["a link to another run", () => symlinkSync(join(demoRun, runFiles.history), history), "it is a link, not a file"],
    // Sparse: it takes no room on the disk.
    ["a line of 300 MB", () => nothingBut(300 * 1024 ** 2), "line 1 is longer than"],
    ["a gap", () => nothingBut(1_000), "line 1 is not JSON"],
  ])("%s: that is refused at once, and nothing of it is shown", { timeout: 120_000 }, async (_, make, says) => {
    make();
    for (const reader of Object.keys(readers)) {
      const { exitCode, stdout, stderr } = await read(reader);
      expect(stderr).toContain(says);
      expect(stderr).not.toContain("root:");
      expect({ reader, exitCode, stdout }).toEqual({ reader, exitCode: 64, stdout: "" });
    }
    expect(readdirSync(folder)).toEqual(["run"]);
  });
});

/** Zeros, so many bytes. */
function nothingBut(bytes: number): void {
  writeFileSync(history, "");
  truncateSync(history, bytes);
}

it("a history of 5 GB is not held in memory: it is not replayed, and judged only as far as it is one", {
  timeout: 120_000,
}, async () => {
  writeFileSync(history, `${demo.map((event) => JSON.stringify(event)).join("\n")}\n`);
  truncateSync(history, 5 * 1024 ** 3);
  for (const reader of ["replay", "replay --html"])
    expect(await read(reader)).toMatchObject({
      exitCode: 64,
      stdout: "",
      stderr: expect.stringContaining("too large"),
    });
  const judged = await read("judge");
  expect(judged).toMatchObject({ exitCode: 64, stdout: "" });
  expect(judged.stderr).toContain(`line ${demo.length + 1} is longer than`);
});

describe("a history that tells of more than any run has", () => {
  const at = 1;
  const many = (count: number, event: object) => Array.from({ length: count }, () => event);
  const fault = { type: "fault", at, kind: "kill", target: "app2", state: "injecting" };
  it.each<[string, object[], string]>([
    ["faults for thousands of users", many(10_000, fault), '"fault" event; no run has so many'],
    [
      "alarms, each a megabyte long",
      many(3, { type: "alert", at, service: "nginx", line: "x".repeat(999_999) }),
      "line",
    ],
    ["leftovers", many(2_000, { type: "leftover", at, kind: "network", name: "n" }), '"leftover" event'],
    [
      "measures",
      many(20_000, { type: "measure", at, architecture: "a", name: "", value: 1, unit: "", because: "" }),
      "10001",
    ],
    [
      "app servers",
      Array.from({ length: 300 }, (_, index) => ({
        ...demo.find(({ type }) => type === "operation"),
        server: `s${index}`,
      })),
      "app servers",
    ],
  ])("%s: it is refused with the line and the limit", { timeout: 120_000 }, async (_, events, says) => {
    const [first] = demo;
    writeFileSync(history, [first, ...events].map((event) => `${JSON.stringify(event)}\n`).join(""));
    for (const reader of Object.keys(readers)) {
      const { exitCode, stdout, stderr } = await read(reader);
      expect(stderr).toMatch(/is damaged: line \d+ /);
      expect(stderr).toContain(says);
      expect({ reader, exitCode, stdout }).toEqual({ reader, exitCode: 64, stdout: "" });
    }
  });
});

describe("a run's name that leads elsewhere", () => {
  it.each(["..", "../..", "../../../../etc", "/etc", "/proc/self", "%2e%2e%2f", "last/..", "run\n", "a\0b"])(
    "%j is no run",
    (name) => {
      expect(() => findRunFolder(name, folder)).toThrow(expect.objectContaining({ id: "unknown-run" }));
    },
  );

  it.each(Object.keys(readers))("%s says so and writes nothing", async (reader) => {
    const { exitCode, stdout, stderr } = await read(reader, "../..");
    expect(stderr).toContain('There is no run "../.."');
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: "" });
    expect(readdirSync(folder)).toEqual(["run"]);
  });
});

it("the list of runs opens no pipe, and shows no name that moves the cursor", async () => {
  const runs = join(folder, "runs");
  mkdirSync(join(runs, "20260101-a\u001b[31m\nred\u202e"), { recursive: true });
  mkdirSync(join(runs, "20260102-b"));
  execFileSync("mkfifo", [join(runs, "20260102-b", runFiles.result)]);
  for (const options of [[], ["--json"]]) {
    const { exitCode, stdout } = await lab.run(["runs", ...options], { env: { LAB_HOME: folder } });
    expect(strangeInTerminal(stdout)).toEqual([]);
    expect(stdout.match(/not judged/g)).toHaveLength(2);
    expect(exitCode).toBe(0);
  }
});
