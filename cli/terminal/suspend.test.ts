import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { thisProcess } from "../host/process-identity.ts";
import { addToRecord, beginRecord, type RecordLine, recordPath } from "../record/record.ts";
import { undoneBy } from "./suspend.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "suspend-"));
  vi.stubEnv("LAB_HOME", home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const owner = thisProcess();
const other = { ...owner, startedAt: "1" };
const engine = "unix:///x";

type FirstLine = Extract<RecordLine, { type: "started" | "found" }>;

function onRecord(first: Partial<FirstLine>, ...lines: Exclude<RecordLine, FirstLine>[]): string[] {
  const line: FirstLine = {
    type: "started",
    recordVersion: 1,
    id: "1",
    name: "lab",
    engine,
    owner,
    version: "",
    at: "",
    ...first,
  };
  const path = recordPath({ name: line.name, engine });
  beginRecord(path, line);
  if (lines.length > 0) addToRecord({ path, id: line.id }, ...lines);
  return undoneBy(owner);
}

const breaking = { type: "breaking", kind: "kill", target: "app2", owner } as const;

it("a command that would heal and remove says both", () => {
  const found = onRecord({}, { type: "ready", stays: false }, breaking);
  expect(found).toEqual(["app2 stays broken (kill)", 'the lab "lab" stays as it is']);
});

it("one that uses a lab of somebody else's says only what it has broken itself", () => {
  const byOther = { ...breaking, target: "app1", owner: other };
  expect(onRecord({ type: "found", owner: other }, breaking, byOther)).toEqual(["app2 stays broken (kill)"]);
});

it.each([
  ["has healed what it broke", { type: "found" }, [breaking, { ...breaking, type: "healed" }]],
  ["has left on purpose what it broke", { type: "found" }, [breaking, { ...breaking, type: "left-broken" }]],
  ["has started a lab that stays", {}, [{ type: "ready", stays: true }]],
  ["is another one", { owner: other }, []],
] as const)("one that %s says nothing", (_, first, lines) => {
  expect(onRecord(first, ...lines)).toEqual([]);
});
