import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ProcessIdentity, thisProcess } from "./process-identity.ts";
import {
  addToRecord,
  allRecords,
  beginRecord,
  isDamaged,
  type LabRecord,
  type RecordLine,
  readRecord,
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
  for (const next of lines) addToRecord(path, next);
  return readRecord(path) as LabRecord;
}

const starting = { type: "starting", port: 8080, subnetPrefix: "172.28.99" } as const;
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
    expect(() => addToRecord(path, starting)).toThrow(expect.objectContaining({ id: "lab-removed" }));
  });

  it("that is damaged in any way is read, or called damaged, and never throws", { timeout: 30_000 }, () => {
    recordOf(first(), starting, breaking, { type: "ready", stays: true });
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
    ["meant to stay, but being removed", [starting, { type: "ready", stays: true }, { type: "removing" }]],
  ] as [string, Exclude<RecordLine, FirstLine>[]][])(
    "is to remove the lab of a dead command that was %s",
    (_, lines) => {
      expect(recoveryOf(recordOf(first(), ...lines))).toBe("remove");
    },
  );

  it("is nothing when the lab is meant to stay", () => {
    expect(recoveryOf(recordOf(first(), starting, { type: "ready", stays: true }))).toBe("nothing");
  });

  it("is to heal what a dead command broke in a lab that stays", () => {
    const record = recordOf(first(), starting, { type: "ready", stays: true }, breaking);
    expect(recoveryOf(record)).toBe("heal");
  });

  it("is nothing when the command that broke something lives, or has healed it", () => {
    const stays = [starting, { type: "ready", stays: true }] as const;
    expect(recoveryOf(recordOf(first(), ...stays, { ...breaking, owner: alive }))).toBe("nothing");
    expect(recoveryOf(recordOf(first(), ...stays, breaking, { ...breaking, type: "healed" }))).toBe("nothing");
  });

  it("is never to remove a lab that was only found", () => {
    expect(recoveryOf(recordOf(first({ type: "found" })))).toBe("forget");
    expect(recoveryOf(recordOf(first({ type: "found" }), breaking))).toBe("heal");
  });
});
