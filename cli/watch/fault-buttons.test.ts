import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { thisProcess } from "../host/process-identity.ts";
import { addToRecord, beginRecord, engineAddress, recordPath } from "../record/record.ts";
import { FaultButtons, type FaultButtonsOptions } from "./fault-buttons.ts";
import { Feed } from "./feed.ts";

const name = "lab";
const here = thisProcess();
const other = { ...here, host: "elsewhere" };
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "buttons-"));
  process.env.LAB_HOME = home;
});
afterEach(() => {
  delete process.env.LAB_HOME;
  rmSync(home, { recursive: true });
});

it("no button breaks or heals anything while another process measures on the lab", async () => {
  const path = recordPath({ name, engine: engineAddress() });
  const at = "2026-01-02T03:04:05.678Z";
  const first = { type: "found", recordVersion: 1, id: "an-id", name, engine: engineAddress(), owner: other } as const;
  beginRecord(path, { ...first, version: "0.1.0", at });
  addToRecord(
    { path, id: "an-id" },
    { type: "running", what: "lab scenario login", countsSessions: false, owner: other },
  );
  const asked: string[] = [];
  const engine = { states: async () => void asked.push("states") };
  const noted: unknown[] = [];
  const guard = { owner: here, note: (...lines: unknown[]) => void noted.push(...lines) };
  const buttons = new FaultButtons({
    lab: { name },
    engine,
    feed: new Feed(),
    guard,
  } as unknown as FaultButtonsOptions);
  for (const answered of [await buttons.inject("kill", "app1"), await buttons.heal("app1")]) {
    expect(answered.ok).toBe(false);
    expect(answered.says).toContain(`"lab scenario login" of process ${other.pid} on elsewhere is in progress`);
  }
  expect([asked, noted]).toEqual([[], []]);
});
