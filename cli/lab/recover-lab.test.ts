import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { thisProcess } from "../host/process-identity.ts";
import { addToRecord, beginRecord, type LabRecord, type RecordLine, readRecord } from "../record/record.ts";
import type { ContainerState } from "../subject/deployment.ts";
import { container, lateLab as lab, lateEngine } from "../testing/late-engine.ts";
import type { LabEngine } from "./lab-engine.ts";
import { recoverLab } from "./recover-lab.ts";

/** Kinds of faults beside those of the catalogue: nobody but their own `heal` knows what they do. */
const litter = vi.hoisted(() => ({ tidied: [] as string[], fails: false }));
vi.mock("../catalogue.ts", async (original) => {
  const catalogue = await original<typeof import("../catalogue.ts")>();
  const heal = async ({ name }: { name: string }) => {
    litter.tidied.push(name);
    if (litter.fails) throw new Error(`${name} cannot be tidied`);
  };
  return {
    ...catalogue,
    faultKinds: () => [...catalogue.faultKinds(), "litter"],
    loadFault: async (kind: string) =>
      kind === "litter" ? (target: string) => ({ kind, target, effect: {}, heal }) : catalogue.loadFault(kind),
  };
});

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "recover-"));
  path = join(folder, "lab.jsonl");
  Object.assign(litter, { tidied: [], fails: false });
  // A clock that goes on by asking: however busy the machine is, so many looks are so long.
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 100));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const { id } = lab;
const alive = thisProcess();
const dead = { ...alive, startedAt: "1" };
const stays = { type: "ready", stays: true } as const;
const breaking = { type: "breaking", kind: "stop", target: "app2", owner: dead } as const;
const adding = { type: "adding", services: ["app4"], owner: dead } as const;

function recordOf(...lines: Exclude<RecordLine, { recordVersion: 1 }>[]): LabRecord {
  const first = { type: "started", recordVersion: 1, id, name: "lab", engine: "unix:///x", owner: dead } as const;
  beginRecord(path, { ...first, version: "0.1.0", at: "2026-01-02T03:04:05.678Z" });
  if (lines.length > 0) addToRecord({ path, id }, ...lines);
  return readRecord(path) as LabRecord;
}

const state = (service: string, running: boolean) =>
  ({ service, running, paused: false, attached: true, exitCode: 0 }) as ContainerState;

describe("recovery of a lab", () => {
  it.each([
    ["starting", { type: "starting", port: 8080, subnetPrefix: "172.28.99" }],
    ["removing", { type: "removing" }],
  ] as const)("whose command died while %s it removes what comes late, too", async (_, line) => {
    const record = recordOf(line);
    const late = [container("app1")];
    // At first there is nothing; then it is found, and found again to be removed.
    const { engine, done } = lateEngine({ resources: [[], [], [], late, late] });
    expect(await recoverLab(record, engine)).toEqual([]);
    expect(done).toEqual(["remove session-lab-lab-app1-1"]);
    expect(readRecord(path)).toBeUndefined();
  });

  it("that stays heals what stops late, and nobody else", async () => {
    const record = recordOf(stays, breaking, { ...breaking, target: "app3", owner: alive });
    const well = [state("app1", false), state("app2", true), state("app3", false)];
    const ill = [state("app1", false), state("app2", false), state("app3", false)];
    const { engine, done } = lateEngine({ states: [well, ill, ...Array.from({ length: 100 }, () => well)] });
    expect(await recoverLab(record, engine)).toEqual([]);
    expect(done).toEqual(["start app2"]);
    expect(readRecord(path)).toMatchObject({ broken: [{ target: "app3" }] });
  });

  const untilQuiet = (...looks: ContainerState[][]) => [
    ...looks,
    ...Array.from({ length: 100 }, () => [state("app1", true), state("app2", true)]),
  ];

  it("that stays undoes what no look finds by the fault's own heal, newest first", async () => {
    const record = recordOf(
      stays,
      { ...breaking, kind: "litter" },
      { ...breaking, target: "app1" },
      {
        ...breaking,
        kind: "litter",
        target: "app1",
      },
    );
    const { engine, done } = lateEngine({ states: untilQuiet() });
    expect(await recoverLab(record, engine)).toEqual([]);
    expect([litter.tidied, done]).toEqual([["app1", "app2"], ["start app1"]]);
    expect(readRecord(path)).toMatchObject({ broken: [], unhealed: [] });
  });

  it("that stays mends by looking what the fault's own heal leaves ill", async () => {
    const record = recordOf(stays, { ...breaking, kind: "litter" });
    const ill = [state("app2", false)];
    const { engine, done } = lateEngine({ states: untilQuiet(ill, ill) });
    expect(await recoverLab(record, engine)).toEqual([]);
    expect([litter.tidied, done]).toEqual([["app2"], ["start app2"]]);
  });

  it("that stays heals what it can, keeps on record what it cannot, and says why", async () => {
    const record = recordOf(stays, breaking, { ...breaking, kind: "litter", target: "app1" });
    litter.fails = true;
    const { engine, done } = lateEngine({ states: untilQuiet() });
    await expect(recoverLab(record, engine)).rejects.toThrow("app1 cannot be tidied");
    expect(done).toEqual(["start app2"]);
    expect(readRecord(path)).toMatchObject({ broken: [{ kind: "litter", target: "app1" }] });
  });

  it("that stays mends what shows of a kind that this version does not know, and leaves it for `lab heal` to name", async () => {
    const record = recordOf(stays, { ...breaking, kind: "meteor-strike" });
    const { engine, done } = lateEngine({ states: untilQuiet([state("app2", false)], [state("app2", false)]) });
    expect(await recoverLab(record, engine)).toEqual([]);
    expect(done).toEqual(["start app2"]);
    expect(readRecord(path)).toMatchObject({ broken: [], unhealed: [{ kind: "meteor-strike", target: "app2" }] });
  });

  it("that stays leaves alone what was left broken on purpose", async () => {
    const leftBroken = { ...breaking, kind: "litter", target: "app1" };
    const record = recordOf(stays, leftBroken, { ...leftBroken, type: "left-broken" }, breaking);
    const { engine } = lateEngine({ states: untilQuiet() });
    expect(await recoverLab(record, engine)).toEqual([]);
    expect(litter.tidied).toEqual([]);
    expect(readRecord(path)).toMatchObject({ broken: [], unhealed: [{ kind: "litter", target: "app1" }] });
  });

  it("that stays takes away what was being added, and nothing else", async () => {
    const record = recordOf(stays, adding);
    const all = [container("app1"), container("app4"), { ...container("redis-c1"), kind: "volume" as const }];
    const { engine, done } = lateEngine({ resources: [all, all] });
    expect(await recoverLab(record, engine)).toEqual([]);
    expect(done).toEqual(["remove session-lab-lab-app4-1"]);
    expect(readRecord(path)).toMatchObject({ adding: [] });
  });

  it("that is another one of the same name does nothing, and forgets the record", async () => {
    const record = recordOf(stays, breaking, adding);
    const engine = { labs: async () => [{ ...lab, id: "another" }] } as unknown as LabEngine;
    expect(await recoverLab(record, engine)).toEqual([]);
    expect(readRecord(path)).toBeUndefined();
  });
});
