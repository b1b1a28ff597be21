import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LabError } from "../errors.ts";
import type { HistoryEvent } from "./events.ts";
import { readHistory } from "./reader.ts";
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

const run: HistoryEvent = {
  type: "run",
  historyVersion: 2,
  id: "r1",
  startedAt: "2026-11-21T09:00:00.000Z",
  command: "lab scenario server-crash",
  seed: 7,
  usersPerArchitecture: 3,
  scenario: { id: "server-crash", title: "One app server dies", question: "Who is still logged in?" },
  victim: "app2",
  services: ["app1", "app2", "app3"].map((name) => ({ name, role: "app-server" })),
  architectures: [
    {
      id: "cookie.memory",
      policy: { id: "cookie", affinity: "cookie" },
      store: { id: "memory", title: "memory", livesIn: "app-server", server: null, persistence: null },
    },
  ],
  versions: { lab: "0.1.0", engine: "20.10", compose: "2.40", nginx: "1.30", node: "24", redis: "8.0" },
};

/** All of its fields, however deep. */
type Whole<Value> = Value extends readonly (infer Item)[]
  ? Whole<Item>[]
  : Value extends object
    ? { [Field in keyof Value]-?: Whole<Value[Field]> }
    : Value;

const at = 1;
const user = "ada";
const because = "theory says so";

/** Of each type one event that says all that it can say. */
const whole: { [Type in HistoryEvent["type"]]: Whole<Extract<HistoryEvent, { type: Type }>> } = {
  run: {
    type: "run",
    historyVersion: 2,
    id: "r1",
    startedAt: "2026-11-21T09:00:00.000Z",
    command: "lab scenario server-crash",
    seed: 7,
    asked: { policies: ["cookie"], stores: ["memory"], users: 3, victim: "app2", trials: 2 },
    trial: { set: "s1", seed: 7, number: 1 },
    usersPerArchitecture: 3,
    scenario: {
      ...{ id: "server-crash", title: "One app server dies", question: "Who is still logged in?" },
      next: { scenario: "redis-crash", toSee: "what becomes of the survivors" },
    },
    victim: "app2",
    services: [{ name: "app4", role: "app-server", kind: "node", machine: "left", spare: true }],
    architectures: [
      {
        id: "cookie.redis",
        policy: {
          ...{ id: "cookie", affinity: "cookie", affinityBegins: "visit", afterFailover: "stays", keptIn: "browser" },
          ...{ balancer: "nginx", key: "cookie", placedBy: "table" },
        },
        store: {
          ...{ id: "redis", title: "redis", livesIn: "server", server: "redis", kind: "redis", persistence: "none" },
          group: { services: ["redis"], holds: "copies", watchers: ["sentinel1"] },
        },
      },
    ],
    versions: {
      ...{ lab: "0.1.0", engine: "20.10", compose: "2.40", nginx: "1.30", node: "24", redis: "8.0" },
      images: { nginx: "sha256:1" },
    },
  },
  step: { type: "step", at, phase: "fault", step: "tell", says: "The victim is killed." },
  user: {
    type: "user",
    at,
    user,
    architecture: "cookie.redis",
    role: "subject",
    address: "16.0.0.7",
    seat: "app1",
    idleMs: 5,
  },
  operation: {
    ...{ type: "operation", at, ms: 2, user, kind: "add-item", phase: "final", jar: "live", connection: "kept" },
    ...{ outcome: "ok", answer: "me", server: "app1", boot: "b1", cart: ["book"], cartVersion: 2, item: "book" },
    ...{ status: 200, reason: "none", degraded: true },
  },
  expectation: { type: "expectation", at, user, fates: ["lost"], because, keptOn: "redis-c1", copied: "some" },
  fault: {
    ...{ type: "fault", at, kind: "kill", target: "app2", state: "confirmed", condition: true },
    effect: { process: "ends", reach: "nobody", lists: "out", data: "fills" },
    evidence: [{ source: "felt", shows: true, says: "refuses connections" }],
  },
  "store-seen": {
    ...{ type: "store-seen", at, when: "settled", server: "redis", runId: "1a", keys: 1, evicted: 1, role: "master" },
  },
  settled: { type: "settled", at, ok: true, says: "every app server serves again" },
  change: { type: "change", at, user, what: "address", says: "moved" },
  measure: {
    ...{ type: "measure", at, architecture: "cookie.redis", name: "keys", value: 1, unit: "keys", because },
    ...{ atLeast: 0, atMost: 2 },
  },
  alert: { type: "alert", at, service: "nginx", line: "[alert] x" },
  failover: { type: "failover", at, policy: "cookie", server: "app1", line: "upstream timed out" },
  disturbance: { type: "disturbance", at, service: "app1", happenedAt: 1, says: "was restarted by somebody else" },
  leftover: { type: "leftover", at, kind: "network", name: "lab" },
  end: { type: "end", at, complete: false, reason: "interrupted" },
};

const operation: HistoryEvent = {
  type: "operation",
  at: 1.5,
  ms: 2,
  user: "ada",
  kind: "who-am-i",
  phase: "baseline",
  jar: "live",
  connection: "kept",
  outcome: "ok",
  answer: "me",
  cart: ["book"],
  cartVersion: 2,
};

const end: HistoryEvent = { type: "end", at: 9, complete: true };

function lines(...events: object[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}

async function read(text?: string): Promise<HistoryEvent[]> {
  if (text !== undefined) writeFileSync(path, text);
  const events: HistoryEvent[] = [];
  for await (const event of readHistory(path)) events.push(event);
  return events;
}

/** What the reader says, with the path taken out. */
async function complaint(text?: string): Promise<string> {
  const error = await read(text).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LabError);
  const { id, message, exit } = error as LabError;
  expect(exit).toBe("usage");
  expect(message).toContain(path);
  return `${id}: ${message.replace(path, "FILE")}`;
}

test("what was recorded is read, event by event", async () => {
  const recorder = new FileRecorder(path);
  for (const event of [run, operation, end]) recorder.record(event);
  recorder.close();
  expect(await read()).toEqual([run, operation, end]);
});

test("everything that an event can say is read as it was recorded", async () => {
  const { run: first, ...others } = whole;
  const recorder = new FileRecorder(path);
  for (const event of [first, ...Object.values(others)]) recorder.record(event);
  recorder.close();
  expect(await read()).toEqual([first, ...Object.values(others)]);
});

test("fields that a newer lab adds do no harm", async () => {
  const events = await read(lines(run, { ...operation, colour: "blue" }, { ...end, mood: "good" }));
  expect(events.map(({ type }) => type)).toEqual(["run", "operation", "end"]);
});

test("what a newer lab, or somebody else, nests in a field of its own is dropped, however deep", async () => {
  const nested = (braces: string) => lines(operation).replace("}", `,"colour":${braces}}`);
  for (const braces of [`${"[".repeat(50_000)}${"]".repeat(50_000)}`, `{"a":`.repeat(50_000) + 1 + "}".repeat(50_000)])
    expect(await read(lines(run) + nested(braces))).toEqual([run, operation]);
});

test("line separators inside strings, which JSON leaves as they are, end no line", async () => {
  const odd = { ...operation, reason: "a\u2028b\u2029c\u0085d" };
  expect(await read(lines(run, odd, end))).toEqual([run, odd, end]);
});

test("lines longer than what is read at a time, and umlauts across its borders, are read whole", async () => {
  const long = { ...end, ofANewerLab: "ü".repeat(700_001) };
  expect(await read(lines(run, long, operation))).toEqual([run, end, operation]);
});

test("a last line without a line feed, and Windows line ends, are read", async () => {
  expect(await read(lines(run, end).replaceAll("\n", "\r\n").trimEnd())).toEqual([run, end]);
});

test("who stops reading early closes the file without an error", async () => {
  writeFileSync(path, lines(run, ...Array.from({ length: 5_000 }, () => operation)));
  for await (const event of readHistory(path)) {
    expect(event.type).toBe("run");
    break;
  }
});

describe("a damaged history is refused, naming file, line and what is wrong", () => {
  test("when it is cut off in the middle of a line", async () => {
    expect(await complaint(lines(run, operation).slice(0, -20))).toBe(
      "history-damaged: The history FILE is damaged: line 2 is not JSON (cut off or overwritten).",
    );
  });

  test("when a line is not JSON", async () => {
    expect(await complaint(`${lines(run)}hello\n${lines(end)}`)).toBe(
      "history-damaged: The history FILE is damaged: line 2 is not JSON (cut off or overwritten).",
    );
  });

  test("when a line is empty", async () => {
    expect(await complaint(`${lines(run)}\n${lines(end)}`)).toBe(
      "history-damaged: The history FILE is damaged: line 2 is not JSON (cut off or overwritten).",
    );
  });

  test("when an operation has a wrong field", async () => {
    expect(await complaint(lines(run, { ...operation, answer: "maybe" }))).toBe(
      'history-damaged: The history FILE is damaged: line 2 has a wrong "answer": Invalid option: expected one of "me"|"someone-else"|"anonymous"|"store-unreachable"|"none".',
    );
  });

  test("when a field is missing", async () => {
    const { at, ...timeless } = end;
    expect(at).toBe(9);
    expect(await complaint(lines(run, timeless))).toBe(
      'history-damaged: The history FILE is damaged: line 2 has a wrong "at": Invalid input: expected number, received undefined.',
    );
  });

  test("when a field deep inside has the wrong type", async () => {
    const evidence = [{ source: "engine", shows: "yes", says: "exit code 137" }];
    const fault = { type: "fault", at: 2, kind: "kill", target: "app2", state: "confirmed", effect: {}, evidence };
    expect(await complaint(lines(run, fault))).toBe(
      'history-damaged: The history FILE is damaged: line 2 has a wrong "evidence.0.shows": Invalid input: expected boolean, received string.',
    );
  });

  test("when an event is of an unknown type", async () => {
    expect(await complaint(lines(run, { type: "party", at: 1 }))).toContain('line 2 has a wrong "type"');
  });

  test("when a number is beyond all numbers", async () => {
    const infinite = lines(operation).replace("1.5", "1e999");
    expect(await complaint(lines(run) + infinite)).toContain('line 2 has a wrong "at"');
  });

  test("when a line is JSON but no object", async () => {
    for (const value of ["null", "7", '"run"', "[]"])
      expect(await complaint(`${lines(run)}${value}\n`)).toContain("line 2 has");
  });

  test("when it was written by another version of the lab", async () => {
    expect(await complaint(lines({ ...run, historyVersion: 3 }))).toContain('line 1 has a wrong "historyVersion"');
  });

  test("when it does not begin with the run", async () => {
    expect(await complaint(lines(operation, run))).toBe(
      'history-damaged: The history FILE is damaged: line 1 begins with a "operation" event, not with "run".',
    );
  });

  test("when it tells of a second run", async () => {
    expect(await complaint(lines(run, operation, run))).toBe(
      'history-damaged: The history FILE is damaged: line 3 has a second "run" event.',
    );
  });

  test("when it is empty", async () => {
    expect(await complaint("")).toBe("history-damaged: The history FILE is damaged: line 1 is empty.");
  });

  test("when it is missing", async () => {
    expect(await complaint()).toMatch(/^history-unreadable: The history FILE cannot be read: ENOENT/);
  });

  test.each([
    ["a folder", () => mkdirSync(path)],
    ["a pipe", () => execFileSync("mkfifo", [path])],
    ["a link", () => symlinkSync("/dev/zero", path)],
  ])("when %s stands in its place", async (what, make) => {
    make();
    expect(await complaint()).toBe(`history-unreadable: The history FILE cannot be read: it is ${what}, not a file.`);
  });

  test("when it names a time that no run can last", async () => {
    expect(await complaint(lines(run, { ...end, at: 1e12 + 1 }))).toContain('line 2 has a wrong "at": Too big');
    expect(await complaint(lines(run, { ...operation, ms: 1e300 }))).toContain('line 2 has a wrong "ms": Too big');
  });

  test("when a line does not end", async () => {
    const long = "x".repeat(1024 * 1024 + 1);
    for (const text of [long, `${long}\n`, `${long.repeat(9)}\n`, `${long}\n${lines(end)}`])
      expect(await complaint(`${lines(run)}${text}`)).toBe(
        "history-damaged: The history FILE is damaged: line 2 is longer than 1048576 characters.",
      );
  });

  test("when it tells of more faults than could be injected", async () => {
    const fault = { type: "fault", at: 2, kind: "kill", target: "app2", state: "injecting", effect: {} };
    const faults = Array.from({ length: 1_001 }, () => fault);
    expect(await complaint(lines(run, ...faults))).toBe(
      'history-damaged: The history FILE is damaged: line 1002 is the 1001th "fault" event; no run has so many.',
    );
    expect(await read(lines(run, ...faults.slice(1)))).toHaveLength(1_001);
  });

  test.each([
    ["reason", { ...operation, reason: "x".repeat(1_001) }],
    ["cart", { ...operation, cart: Array.from({ length: 1_001 }, () => "x") }],
    ["cart.0", { ...operation, cart: ["x".repeat(201)] }],
    ["line", { type: "alert", at: 1, service: "nginx", line: "x".repeat(1_001) }],
    ["because", { type: "expectation", at: 1, user: "ada", fates: ["lost"], because: "x".repeat(1_001) }],
    ["fates", { type: "expectation", at: 1, user: "ada", fates: Array(201).fill("lost"), because: "" }],
    [
      "evidence",
      {
        ...{ type: "fault", at: 1, kind: "kill", target: "app1", state: "confirmed", effect: {} },
        evidence: Array(201).fill({ source: "felt", shows: true, says: "" }),
      },
    ],
  ])("when its %s is longer than any that the lab writes", async (field, event) => {
    expect(await complaint(lines(run, event))).toContain(`line 2 has a wrong "${field}": Too big`);
  });
});
