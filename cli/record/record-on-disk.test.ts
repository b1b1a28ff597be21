/** What has been put on record is on the disk, whole and for its owner alone, before what it announces is done; or nothing is. */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { thisProcess } from "../host/process-identity.ts";
import { addToRecord, allRecords, beginRecord, isDamaged, readRecord } from "./record.ts";

/** What the disk was asked, and what it does instead of what it was asked. */
const disk = vi.hoisted(() => ({
  calls: [] as string[],
  write: undefined as ((text: Uint8Array) => number) | undefined,
  sync: undefined as (() => void) | undefined,
  /** What another command does as soon as this one has written. */
  afterwards: undefined as (() => void) | undefined,
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
    const { write, afterwards } = disk;
    Object.assign(disk, { write: undefined, afterwards: undefined });
    const written = write ? real.writeSync(file, text, 0, write(text)) : real.writeSync(file, text);
    afterwards?.();
    return written;
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
  disk.afterwards = undefined;
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

const another = { ...thisProcess(), startedAt: "2" };

/** Another command puts on record what it breaks. */
function anotherAdds(): void {
  addToRecord({ path, id: "an-id" }, { type: "breaking", kind: "kill", target: "app2", owner: another });
}

/** What whoever reads the record learns. */
function says(): { stage: string; broken: string[] } {
  const record = readRecord(path);
  if (!record || isDamaged(record)) throw new Error(`the record is damaged: ${record?.damaged}`);
  return { stage: record.stage, broken: record.broken.map(({ target }) => target) };
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
  ["full", () => ({ write: noSpace, sync: undefined }), "begun"],
  ["full after half a line", () => ({ write: (text: Uint8Array) => text.length >> 1, sync: undefined }), "begun"],
  // What it announces is not done, as after a command that dies in between.
  ["broken, which shows when it is synced", () => ({ write: undefined, sync: failed }), "starting"],
] as const)("a disk that is %s", (_, breakIt, stage) => {
  it("takes no first line: no record, and an error that says which file, why and what to do", () => {
    Object.assign(disk, breakIt());
    expect(begin).toThrow(unwritable);
    Object.assign(disk, breakIt());
    expect(begin).toThrow(`${path} cannot be written: `);
    expect(allRecords(join(folder, "labs"))).toEqual([]);
    expect(fs.readdirSync(join(folder, "labs"))).toEqual([]);
  });

  it("takes no other line: the record can be read, and takes the line when there is room again", () => {
    begin();
    Object.assign(disk, breakIt());
    expect(add).toThrow(unwritable);
    expect(says()).toEqual({ stage, broken: [] });
    disk.sync = undefined;
    add();
    expect(says()).toEqual({ stage: "starting", broken: [] });
  });

  it("takes nothing away that another command writes meanwhile", () => {
    begin();
    const { write, sync } = breakIt();
    const fails = (text: Uint8Array) => {
      anotherAdds();
      disk.sync = sync;
      return write?.(text) ?? text.length;
    };
    disk.write = fails;
    expect(add).toThrow(unwritable);
    disk.sync = undefined;
    expect(says()).toEqual({ stage, broken: ["app2"] });
    add();
    expect(says()).toEqual({ stage: "starting", broken: ["app2"] });
  });
});

it("half a line is nobody's but its writer's: what another command writes behind it stays, and is whole", () => {
  begin();
  disk.write = (text) => text.length >> 1;
  disk.afterwards = anotherAdds;
  expect(add).toThrow(unwritable);
  expect(says()).toEqual({ stage: "begun", broken: ["app2"] });
});

it.each([
  ["half a line", '{"type":"ready","sta'],
  ["a line without its last bracket", '{"type":"ran","owner":{"pid":1}'],
  ["zeros", "\0\0\0"],
  ["half a line and zeros", '{"type":"ready\0\0'],
])("a line after %s, as a power cut leaves it, counts as if that were not there", (_, rest) => {
  begin();
  fs.appendFileSync(path, rest);
  add();
  expect(says()).toEqual({ stage: "starting", broken: [] });
});

it("a whole line that is garbled makes the record damaged: it might have said that the lab stays", () => {
  begin();
  fs.appendFileSync(path, '{"type":"ready","stays":tr#e}\n');
  add();
  expect(readRecord(path)).toMatchObject({ damaged: expect.any(String) });
});

it("half a line at the end, as a power cut leaves it, announces nothing; half a first line is no record of any lab", () => {
  begin();
  const whole = fs.readFileSync(path, "utf8");
  fs.appendFileSync(path, '{"type":"removing"');
  expect(readRecord(path)).toMatchObject({ id: "an-id", stage: "begun" });
  fs.writeFileSync(path, whole.slice(0, 40));
  expect(readRecord(path)).toMatchObject({ damaged: expect.any(String) });
});
