import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { HistoryEvent, OperationEvent } from "./events.ts";
import { parseEvent } from "./events.ts";
import { FileRecorder } from "./recorder.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "history-"));
  path = join(folder, "history.jsonl");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const fault: HistoryEvent = { type: "fault", at: 5, kind: "kill", target: "app2", state: "injecting", effect: {} };

function operation(user: string): OperationEvent {
  return {
    type: "operation",
    at: 1,
    ms: 2,
    user,
    kind: "who-am-i",
    phase: "baseline",
    jar: "live",
    connection: "kept",
    outcome: "ok",
    answer: "me",
  };
}

function usersOnDisk(): string[] {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line).user ?? JSON.parse(line).type);
}

test("a history is readable by its owner only, whatever the umask", () => {
  const before = process.umask(0);
  new FileRecorder(path).close();
  process.umask(before);
  expect((statSync(path).mode & 0o777).toString(8)).toBe("600");
});

test("a history that is there already is never written over", () => {
  writeFileSync(path, "precious\n");
  chmodSync(path, 0o600);
  expect(() => new FileRecorder(path)).toThrow(/EEXIST/);
  expect(readFileSync(path, "utf8")).toBe("precious\n");
});

test("events are on disk in the order in which they were recorded", () => {
  const recorder = new FileRecorder(path);
  for (const user of ["ada", "bob"]) recorder.record(operation(user));
  recorder.record(fault);
  recorder.record(operation("cyd"));
  recorder.close();
  expect(usersOnDisk()).toEqual(["ada", "bob", "fault", "cyd"]);
});

test("a fault is on disk before anybody can do it, and with it everything that came before", () => {
  const recorder = new FileRecorder(path);
  recorder.record(operation("ada"));
  recorder.record(fault);
  expect(usersOnDisk()).toEqual(["ada", "fault"]);
  recorder.close();
});

test("operations are gathered, and written when there are many", () => {
  const recorder = new FileRecorder(path);
  recorder.record(operation("ada"));
  expect(usersOnDisk()).toEqual([]);
  for (let count = 0; count < 1_000; count++) recorder.record(operation("bob"));
  expect(usersOnDisk().length).toBeGreaterThan(300);
  recorder.close();
  expect(usersOnDisk()).toHaveLength(1_001);
});

test("the clock counts milliseconds from the beginning, in tenths", () => {
  const before = performance.now();
  const recorder = new FileRecorder(path);
  const first = recorder.now();
  const second = recorder.now();
  recorder.close();
  expect(first).toBeLessThanOrEqual(performance.now() - before + 0.1);
  expect(second).toBeGreaterThanOrEqual(first);
  expect(Math.abs(second * 10 - Math.round(second * 10))).toBeLessThan(1e-6);
});

test("texts longer than a reader takes, e.g. errors of other programs, are cut", async () => {
  const recorder = new FileRecorder(path);
  const long = "x".repeat(1_001);
  recorder.record({ type: "alert", at: 1, service: "nginx", line: long });
  recorder.record({ type: "end", at: 2, complete: false, reason: "x".repeat(1_000) });
  recorder.close();
  const events = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => parseEvent(JSON.parse(line)));
  expect(events).toEqual([
    { type: "alert", at: 1, service: "nginx", line: `${"x".repeat(999)}…` },
    { type: "end", at: 2, complete: false, reason: "x".repeat(1_000) },
  ]);
});
