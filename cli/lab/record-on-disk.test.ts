/** What has been put on record is on the disk, whole and for its owner alone, before what it announces is done; or nothing is. */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { thisProcess } from "./process-identity.ts";
import { addToRecord, allRecords, beginRecord, readRecord } from "./record.ts";

/** What the disk was asked, and what it does instead of what it was asked. */
const disk = vi.hoisted(() => ({
  calls: [] as string[],
  write: undefined as ((text: Uint8Array) => number) | undefined,
  sync: undefined as (() => void) | undefined,
}));
vi.mock("node:fs", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs")>();
  const names = new Map<number, string>();
  const openSync: typeof real.openSync = (path, flags, mode) => {
    const file = real.openSync(path, flags, mode);
    names.set(file, basename(String(path)));
    disk.calls.push(`open ${names.get(file)} ${flags}`);
    return file;
  };
  const writeSync = (file: number, text: Uint8Array) => {
    disk.calls.push(`write ${names.get(file)} ${/"type":"\w+"/.exec(Buffer.from(text).toString())}`);
    return disk.write ? real.writeSync(file, text, 0, disk.write(text)) : real.writeSync(file, text);
  };
  const fsyncSync = (file: number) => {
    disk.calls.push(`sync ${names.get(file)}`);
    disk.sync?.();
    real.fsyncSync(file);
  };
  return { ...real, openSync, writeSync, fsyncSync };
});

let folder: string;
let path: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "record-on-disk-"));
  path = join(folder, "labs/lab.jsonl");
  disk.calls.length = 0;
});
afterEach(() => {
  disk.write = undefined;
  disk.sync = undefined;
  fs.rmSync(folder, { recursive: true });
});

function begin(): boolean {
  const at = "2026-01-02T03:04:05.678Z";
  const owner = thisProcess();
  const line = {
    recordVersion: 1,
    id: "an-id",
    name: "lab",
    engine: "unix:///x",
    owner,
    version: "0.1.0",
    at,
  } as const;
  return beginRecord(path, { type: "started", ...line });
}

function add(): void {
  addToRecord({ path, id: "an-id" }, { type: "starting", port: 8080, subnetPrefix: "172.28.99" });
}

function lines(): string[] {
  return fs.readFileSync(path, "utf8").split("\n");
}

const noSpace = () => {
  throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
};
const failed = () => {
  throw Object.assign(new Error("EIO: i/o error, fsync"), { code: "EIO" });
};
const unwritable = expect.objectContaining({ id: "state-unwritable", exit: "environment" });

it("the first line is synced, and the folder that names the file, before anything is begun", () => {
  begin();
  expect(disk.calls).toEqual([
    "open lab.jsonl wx+",
    'write lab.jsonl "type":"started"',
    "sync lab.jsonl",
    "open labs r",
    "sync labs",
  ]);
});

it("every other line is written at once and synced before what it announces is done", () => {
  begin();
  disk.calls.length = 0;
  add();
  const calls = disk.calls.filter((call) => !call.startsWith("open"));
  expect(calls).toEqual(['write lab.jsonl "type":"starting"', "sync lab.jsonl"]);
});

it("the file is its owner's alone, and so is every folder that was made for it, whatever the umask", () => {
  const before = process.umask(0);
  try {
    path = join(folder, "state/session-lab/labs/lab.jsonl");
    begin();
  } finally {
    process.umask(before);
  }
  const modes = ["state", "state/session-lab", "state/session-lab/labs", "state/session-lab/labs/lab.jsonl"].map(
    (name) => (fs.statSync(join(folder, name)).mode & 0o777).toString(8),
  );
  expect(modes).toEqual(["700", "700", "700", "600"]);
});

describe.each([
  ["full", () => ({ write: noSpace, sync: undefined })],
  ["full after half a line", () => ({ write: (text: Uint8Array) => text.length >> 1, sync: undefined })],
  ["broken, which shows when it is synced", () => ({ write: undefined, sync: failed })],
])("a disk that is %s", (_, breakIt) => {
  it("takes no first line: no record, and an error that says which file, why and what to do", () => {
    Object.assign(disk, breakIt());
    expect(begin).toThrow(unwritable);
    expect(begin).toThrow(`${path} cannot be written: `);
    expect(allRecords(join(folder, "labs"))).toEqual([]);
    expect(fs.readdirSync(join(folder, "labs"))).toEqual([]);
  });

  it("takes no other line: the record is as it was, and takes the line when there is room again", () => {
    begin();
    const [first] = lines();
    Object.assign(disk, breakIt());
    expect(add).toThrow(unwritable);
    expect(lines()).toEqual([first, ""]);
    Object.assign(disk, { write: undefined, sync: undefined });
    add();
    expect(lines()).toEqual([first, expect.stringContaining("starting"), ""]);
  });
});

it("a line after half a line, as a power cut leaves it, takes its place", () => {
  begin();
  const [first] = lines();
  fs.appendFileSync(path, '{"type":"ready","sta');
  add();
  expect(lines()).toEqual([first, expect.stringContaining("starting"), ""]);
  expect(readRecord(path)).toMatchObject({ stage: "starting" });
});

it("half a line at the end, as a power cut leaves it, announces nothing; half a first line is no record of any lab", () => {
  begin();
  const whole = fs.readFileSync(path, "utf8");
  fs.appendFileSync(path, '{"type":"removing"');
  expect(readRecord(path)).toMatchObject({ id: "an-id", stage: "begun" });
  fs.writeFileSync(path, whole.slice(0, 40));
  expect(readRecord(path)).toMatchObject({ damaged: expect.any(String) });
});
