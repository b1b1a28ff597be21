import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ProcessIdentity, thisProcess } from "../host/process-identity.ts";
import {
  addToRecord,
  allRecords,
  beginRecord,
  engineAddress,
  forgetRecord,
  isDamaged,
  type LabRecord,
  type RecordLine,
  readRecord,
  recordPath,
} from "./record.ts";
import { recoveryOf } from "./recovery.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "record-"));
  path = join(folder, "labs/lab.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const alive = thisProcess();
const dead: ProcessIdentity = { ...alive, startedAt: "1" };
const elsewhere: ProcessIdentity = { ...alive, host: "elsewhere", bootId: "another" };

type FirstLine = Extract<RecordLine, { type: "started" | "found" }>;

function first({ type = "started", owner = dead }: Partial<FirstLine> = {}): FirstLine {
  const at = "2026-01-02T03:04:05.678Z";
  return { type, recordVersion: 1, id: "an-id", name: "lab", engine: "unix:///x", owner, version: "0.1.0", at };
}

function recordOf(line: FirstLine, ...lines: Exclude<RecordLine, FirstLine>[]): LabRecord {
  rmSync(path, { force: true });
  beginRecord(path, line);
  if (lines.length > 0) addToRecord({ path, id: line.id }, ...lines);
  return readRecord(path) as LabRecord;
}

/** Whatever anybody could have written there. */
function writeRecord(...lines: object[]): void {
  mkdirSync(join(folder, "labs"), { recursive: true });
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

const starting = { type: "starting", port: 8080, subnetPrefix: "172.28.99" } as const;
const stays = { type: "ready", stays: true } as const;
const adding = { type: "adding", services: ["app4"], owner: dead } as const;
const breaking = { type: "breaking", kind: "kill", target: "app2", owner: dead } as const;

describe("a record", () => {
  it("is for its owner's eyes only", () => {
    recordOf(first());
    expect([statSync(path).mode & 0o777, statSync(join(folder, "labs")).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it("is begun by one of those who try at the same time", () => {
    expect([beginRecord(path, first()), beginRecord(path, first())]).toEqual([true, false]);
  });

  it("whose last line was cut off ends with the line before", () => {
    recordOf(first(), starting);
    appendFileSync(path, '{"type":"ready","sta');
    expect(readRecord(path)).toMatchObject({ stage: "starting" });
  });

  it("that cannot be written is an error before anything is begun, which says where it is", () => {
    writeFileSync(join(folder, "labs"), "a file where the folder should be");
    expect(() => beginRecord(path, first())).toThrow(expect.objectContaining({ id: "state-unwritable" }));
    expect(() => beginRecord(path, first())).toThrow(path);
  });

  it("that somebody has removed with its lab takes no line any more", () => {
    recordOf(first());
    rmSync(path);
    expect(() => addToRecord({ path, id: "an-id" }, starting)).toThrow(expect.objectContaining({ id: "lab-removed" }));
  });

  it("of another lab, which has taken its place, takes no line either, and is not forgotten", () => {
    const older = { path, id: "older" };
    recordOf(first());
    expect(() => addToRecord(older, starting)).toThrow(expect.objectContaining({ id: "lab-removed" }));
    forgetRecord(older);
    expect(readRecord(path)).toMatchObject({ id: "an-id", stage: "begun" });
    forgetRecord({ path, id: "an-id" });
    expect(readRecord(path)).toBeUndefined();
  });

  it("has what is broken and what is being added, of each process apart", () => {
    const { broken, adding: open } = recordOf(
      first(),
      breaking,
      { ...breaking, owner: alive },
      adding,
      { ...adding, owner: alive },
      { ...breaking, type: "healed" },
      { type: "added", owner: alive },
    );
    expect([broken, open]).toEqual([[{ ...breaking, owner: alive }], [adding]]);
  });

  it("has who measures, first come first, until they are done", () => {
    const running = { type: "running", what: "lab scenario login", countsSessions: false, owner: alive } as const;
    const other = { ...running, owner: dead };
    expect(recordOf(first(), running, other).running).toEqual([running, other]);
    expect(recordOf(first(), running, other, { type: "ran", owner: alive }).running).toEqual([other]);
  });

  it.each([
    ["a fault without its process", { ...breaking, owner: undefined }],
    ["servers without the process that adds them", { ...adding, owner: undefined }],
    ["servers without their names", { ...adding, services: undefined }],
    ["an end without the process", { type: "withdrawn" }],
    ["a run without the process", { type: "running", what: "lab scenario login" }],
    ["a run without its name", { type: "running", owner: alive }],
  ] as unknown as [string, typeof adding][])("with %s is damaged", (_, line) => {
    expect(isDamaged(recordOf(first(), line))).toBe(true);
  });

  it.each(["x\u001b[31m", "../../victim", "", "Lab", "a".repeat(32), "-x", "a b", "a\u202eb"])(
    "of a lab that is called %j, as no lab is, is damaged, and says nothing of that name",
    (name) => {
      writeRecord({ ...first(), name });
      const found = readRecord(path);
      expect(found).toEqual({
        path,
        damaged: expect.stringMatching(
          /^(its first line does not say which lab it is about|it has control characters)$/,
        ),
      });
    },
  );

  it.each<[string, (text: string) => object]>([
    ["host", (text) => ({ ...first(), owner: { ...alive, host: text } })],
    ["engine", (text) => ({ ...first(), engine: text })],
    ["version", (text) => ({ ...first(), version: text })],
  ])("whose %s would move the cursor is damaged", (_, make) => {
    for (const text of ["\u001b]0;owned\u0007", "a\nb", "\u009b31m", "\u202e", "\u2028"]) {
      writeRecord(make(text));
      expect(readRecord(path)).toEqual({ path, damaged: "it has control characters" });
    }
  });

  it("that says of a run, a fault or servers what would move the cursor is damaged", () => {
    for (const line of [
      { type: "running", what: "\u001b[2J", countsSessions: false, owner: alive },
      { ...breaking, target: "\u001b[2J" },
      { ...adding, services: ["\u001b[2J"] },
    ]) {
      writeRecord(first(), line);
      expect(readRecord(path)).toEqual({ path, damaged: "it has control characters" });
    }
    writeRecord(first());
    appendFileSync(path, "\u001b[2J\n");
    expect(readRecord(path)).toEqual({ path, damaged: "it is not JSON" });
  });

  it("that is damaged in any way is read, or called damaged, and never throws", { timeout: 30_000 }, () => {
    recordOf(first(), starting, breaking, adding, stays);
    const sound = readFileSync(path, "utf8");
    let damaged = 0;
    fc.assert(
      fc.property(fc.nat(sound.length), fc.nat(40), fc.string({ unit: "binary", maxLength: 9 }), (at, length, text) => {
        writeFileSync(path, sound.slice(0, at) + text + sound.slice(at + length));
        const [found] = allRecords(join(folder, "labs"));
        if (found && isDamaged(found)) damaged += 1;
        else recoveryOf(found as LabRecord);
      }),
      { numRuns: 200 },
    );
    expect(damaged).toBeGreaterThan(0);
  });

  it("folder that is not there has no records", () => {
    expect(allRecords(join(folder, "nothing"))).toEqual([]);
  });
});

describe("what a record asks for", () => {
  it("is nothing while the command lives that wrote it", () => {
    expect(recoveryOf(recordOf(first({ owner: alive }), starting))).toBe("nothing");
  });

  it("is nothing when nobody here can know whether that command lives", () => {
    expect(recoveryOf(recordOf(first({ owner: elsewhere }), starting))).toBe("nothing");
  });

  it.each([
    ["begun", []],
    ["being started", [starting]],
    ["ready, and not meant to stay", [starting, { type: "ready", stays: false }]],
    ["meant to stay, but being removed", [starting, stays, { type: "removing" }]],
  ] as [string, Exclude<RecordLine, FirstLine>[]][])(
    "is to remove the lab of a dead command that was %s",
    (_, lines) => {
      expect(recoveryOf(recordOf(first(), ...lines))).toBe("remove");
    },
  );

  it("is nothing when the lab is meant to stay", () => {
    expect(recoveryOf(recordOf(first(), starting, stays))).toBe("nothing");
  });

  it.each([
    ["broke something of", breaking],
    ["was adding servers to", adding],
  ])("is to put right what it was when a command died that %s a lab that stays", (_, line) => {
    expect(recoveryOf(recordOf(first(), starting, stays, line))).toBe("put-right");
    expect(recoveryOf(recordOf(first({ type: "found" }), line))).toBe("put-right");
    expect(recoveryOf(recordOf(first(), starting, stays, { ...line, owner: alive }))).toBe("nothing");
    expect(recoveryOf(recordOf(first({ type: "found" }), { ...line, owner: alive }))).toBe("nothing");
  });

  it.each([
    ["healed it", breaking, { ...breaking, type: "healed" }],
    ["told that it stays broken", breaking, { ...breaking, type: "left-broken" }],
    ["added them", adding, { type: "added", owner: dead }],
    ["took them away again", adding, { type: "withdrawn", owner: dead }],
  ] as const)("is nothing when that command %s before", (_, line, end) => {
    expect(recoveryOf(recordOf(first(), starting, stays, line, end))).toBe("nothing");
  });

  it("is to go on removing a lab that was only found", () => {
    expect(recoveryOf(recordOf(first({ type: "found" }), { type: "removing" }))).toBe("remove");
  });

  it("is nothing as long as something is left broken in a lab that was only found: `lab heal` goes by it", () => {
    const left = [breaking, { ...breaking, type: "left-broken" }] as const;
    const record = recordOf(first({ type: "found" }), ...left);
    expect([recoveryOf(record), record.broken, record.unhealed]).toEqual(["nothing", [], [breaking]]);
    const healed = recordOf(first({ type: "found" }), ...left, { ...breaking, type: "healed" });
    expect([recoveryOf(healed), healed.unhealed]).toEqual(["forget", []]);
  });

  it("is nothing as long as somebody measures on a lab that was only found", () => {
    const running = { type: "running", what: "lab scenario login", countsSessions: false, owner: alive } as const;
    expect(recoveryOf(recordOf(first({ type: "found" }), running))).toBe("nothing");
    expect(recoveryOf(recordOf(first({ type: "found" }), { ...running, owner: dead }))).toBe("forget");
  });

  it("is never to begin removing it", () => {
    expect(recoveryOf(recordOf(first({ type: "found" })))).toBe("forget");
  });
});

it.each(["../../victim/measurements", "", "One", "a/b", "a".repeat(32)])(
  "no record is of %j, which is no name of a lab",
  (name) => {
    expect(() => recordPath({ name, engine: engineAddress() })).toThrow("is no name of a lab");
  },
);
