import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ProcessIdentity, thisProcess } from "../host/process-identity.ts";
import type { Guard } from "../record/guard-lab.ts";
import { addToRecord, beginRecord, engineAddress, isDamaged, readRecord, recordPath } from "../record/record.ts";
import { type Claim, claimLab, refuseDuringRun, runInProgress, untilNoRun } from "./claim-lab.ts";

const name = "lab";
const id = "an-id";
const here = thisProcess();
/** It lives, and is not this process: the one that started it. */
const other: ProcessIdentity = { ...here, host: "elsewhere" };
const dead: ProcessIdentity = { ...here, startedAt: "1" };

let home: string;
let path: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "claim-"));
  process.env.LAB_HOME = home;
  path = recordPath({ name, engine: engineAddress() });
  const at = "2026-01-02T03:04:05.678Z";
  const first = { type: "found", recordVersion: 1, id, name, engine: engineAddress(), owner: here } as const;
  beginRecord(path, { ...first, version: "0.1.0", at });
});
afterEach(() => {
  delete process.env.LAB_HOME;
  rmSync(home, { recursive: true });
});

const guardOf = (owner: ProcessIdentity): Guard => ({
  id,
  owner,
  note: (...lines) => addToRecord({ path, id }, ...lines),
  [Symbol.asyncDispose]: async () => {},
});
const claim = (options: Partial<Claim> = {}): Claim => ({
  what: "lab scenario login",
  signal: new AbortController().signal,
  say: () => {},
  ...options,
});
const runsNow = () => {
  const record = readRecord(path);
  return record && !isDamaged(record) ? record.running.map(({ owner }) => owner.host) : [];
};
const someoneRuns = (owner: ProcessIdentity, countsSessions = false) =>
  addToRecord({ path, id }, { type: "running", what: "lab scenario server-crash", countsSessions, owner });
const ends = (owner: ProcessIdentity) => addToRecord({ path, id }, { type: "ran", owner });
const inUse = expect.objectContaining({ id: "lab-in-use", exit: "environment" });

describe("a claim on a lab", () => {
  it("is on record until it is given back", async () => {
    const mine = await claimLab({ name }, guardOf(here), claim());
    expect(runsNow()).toEqual([here.host]);
    mine[Symbol.dispose]();
    expect(runsNow()).toEqual([]);
  });

  it("within a claim of the same process is the same: it ends with the outer one", async () => {
    const outer = await claimLab({ name }, guardOf(here), claim());
    const inner = await claimLab({ name }, guardOf(here), claim());
    inner[Symbol.dispose]();
    expect(runsNow()).toEqual([here.host]);
    outer[Symbol.dispose]();
    expect(runsNow()).toEqual([]);
  });

  it("is refused while another process measures, which is named, and leaves no trace", async () => {
    someoneRuns(other);
    const refused = claimLab({ name }, guardOf(here), claim());
    await expect(refused).rejects.toThrow(`"lab scenario server-crash" of process ${other.pid} on elsewhere`);
    await expect(refused).rejects.toEqual(inUse);
    expect(runsNow()).toEqual(["elsewhere"]);
  });

  it("is nobody's when its process is dead", async () => {
    someoneRuns(dead);
    await claimLab({ name }, guardOf(here), claim());
    expect(() => refuseDuringRun(name)).not.toThrow();
  });

  it("that waits is made when the other one has ended, and says what it waits for", async () => {
    someoneRuns(other);
    const said: string[] = [];
    const say = (text: string) => {
      said.push(text);
      ends(other);
    };
    await claimLab({ name }, guardOf(here), claim({ wait: true, say }));
    expect(said).toEqual([`waiting for "lab scenario server-crash" of process ${other.pid} on elsewhere to end`]);
    expect(runsNow()).toEqual([here.host]);
  });

  it("that waits ends with the signal", async () => {
    someoneRuns(other);
    const interrupt = new AbortController();
    const waiting = claimLab(
      { name },
      guardOf(here),
      claim({ wait: true, signal: interrupt.signal, say: () => interrupt.abort(new Error("interrupted by SIGINT")) }),
    );
    await expect(waiting).rejects.toThrow("interrupted by SIGINT");
    expect(runsNow()).toEqual(["elsewhere"]);
  });

  it("is of the first of two who make it at the same moment", async () => {
    // Its line comes between this process's look and this process's own line.
    const late = guardOf(here);
    const note: Guard["note"] = (...lines) => {
      if (lines[0]?.type === "running") someoneRuns(other);
      late.note(...lines);
    };
    await expect(claimLab({ name }, { ...late, note }, claim())).rejects.toEqual(inUse);
    expect(runsNow()).toEqual(["elsewhere"]);
  });
});

describe("what would disturb a run of another process", () => {
  it("is refused, and nothing is while only this process measures", () => {
    someoneRuns(here);
    expect(() => refuseDuringRun(name)).not.toThrow();
    someoneRuns(other);
    expect(() => refuseDuringRun(name)).toThrow(inUse);
    expect(runInProgress(name)?.what).toBe("lab scenario server-crash");
  });

  it("by a login is refused only where sessions are counted", () => {
    someoneRuns(other);
    expect(() => refuseDuringRun(name, { byLogin: true })).not.toThrow();
    ends(other);
    someoneRuns(other, true);
    expect(() => refuseDuringRun(name, { byLogin: true })).toThrow(inUse);
  });

  it("waits for its end where it was told to", async () => {
    someoneRuns(other);
    const rest = { signal: new AbortController().signal, say: () => ends(other) };
    await expect(untilNoRun(name, { ...rest, wait: false })).rejects.toEqual(inUse);
    await expect(untilNoRun(name, { ...rest, wait: false })).rejects.toMatchObject({
      todo: expect.stringContaining("--wait"),
    });
    expect(() => refuseDuringRun(name)).toThrow(
      expect.objectContaining({ todo: expect.not.stringContaining("--wait") }),
    );
    await untilNoRun(name, { ...rest, wait: true });
    expect(runsNow()).toEqual([]);
  });
});
