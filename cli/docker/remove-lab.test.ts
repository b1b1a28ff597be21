import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { thisProcess } from "../lab/process-identity.ts";
import { addToRecord, beginRecord, engineAddress, recordPath } from "../lab/record.ts";
import { container, lateEngine } from "../testing/late-engine.ts";
import { removeLab } from "./remove-lab.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "remove-"));
  vi.stubEnv("LAB_HOME", home);
  // A clock that goes on by asking: however busy the machine is, so many looks are so long.
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 100));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

function record(...lines: Parameters<typeof addToRecord>[1][]): void {
  const path = recordPath({ name: "lab", engine: engineAddress() });
  const first = { type: "started", recordVersion: 1, id: "an-id", name: "lab", engine: engineAddress() } as const;
  beginRecord(path, { ...first, owner: thisProcess(), version: "0.1.0", at: "2026-01-02T03:04:05.678Z" });
  addToRecord({ path, id: "an-id" }, ...lines);
}

const starting = { type: "starting", port: 8080, subnetPrefix: "172.28.99" } as const;
// What is found is found again to be removed, and is gone when looked for again; a killed Compose's last order is carried out later.
const first = [container("app1")];
const later = [container("app2")];

it("a lab that is being started is removed with what comes later", async () => {
  record(starting);
  const { engine, done } = lateEngine({ resources: [first, first, [], [], [], later, later] });
  expect(await removeLab({ name: "lab" }, engine)).toEqual([]);
  expect(done).toEqual(["remove session-lab-lab-app1-1", "remove session-lab-lab-app2-1"]);
});

it("a lab that runs is removed at once", async () => {
  record(starting, { type: "ready", stays: true });
  const { engine, done } = lateEngine({ resources: [first, [], [], [], later, later] });
  expect(await removeLab({ name: "lab" }, engine)).toEqual([]);
  expect(done).toEqual(["remove session-lab-lab-app1-1"]);
});

it("what is still there after a removal that took longer than the deadline is looked at again before it is called left behind", async () => {
  record(starting, { type: "ready", stays: true });
  const { engine, done } = lateEngine({ resources: [first, first, [], []] });
  const remove = engine.remove.bind(engine);
  engine.remove = async (found) => {
    const now = performance.now() + 60_000;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    await remove(found);
  };
  expect(await removeLab({ name: "lab" }, engine)).toEqual([]);
  expect(done).toEqual(["remove session-lab-lab-app1-1"]);
});
