import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import kill from "../faults/kill.ts";
import partition from "../faults/partition.ts";
import { thisProcess } from "../host/process-identity.ts";
import { addToRecord, beginRecord, engineAddress, recordPath } from "../record/record.ts";
import { unhealedIn } from "../record/unhealed.ts";
import type { Fault } from "../servers/fault.ts";
import type { ContainerState } from "../subject/deployment.ts";
import { lateLab as lab } from "../testing/late-engine.ts";
import { ailmentsOf } from "./ailments.ts";
import { asRecorded, type Recorded } from "./heal-by-record.ts";
import type { LabEngine } from "./lab-engine.ts";
import { putRight } from "./put-right.ts";

let home: string;
let did: string[];
/** What runs; the engine starts what does not. */
let running: Map<string, boolean>;
/** Healing these fails. */
let cannotHeal: Set<string>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "put-right-"));
  process.env.LAB_HOME = home;
  did = [];
  running = new Map(["app1", "app2", "app3"].map((service) => [service, true]));
  cannotHeal = new Set();
  const first = { recordVersion: 1, id: lab.id, name: lab.name, engine: engineAddress(), owner } as const;
  beginRecord(path(), { ...first, type: "found", version: "0.1.0", at: "2026-01-02T03:04:05.678Z" });
});
afterEach(() => {
  delete process.env.LAB_HOME;
  rmSync(home, { recursive: true });
});

const owner = { ...thisProcess(), startedAt: "1" };
const path = () => recordPath({ name: lab.name, engine: engineAddress() });

/** Nobody but its own `heal` knows what it does. */
const litter = (target: string): Fault => ({
  ...kill(target),
  kind: "litter",
  effect: {},
  async heal({ name }) {
    did.push(`tidy ${name}`);
    if (cannotHeal.has(name) || !running.get(name)) throw new Error(`${name} cannot be tidied`);
  },
});

/** Puts these on record, oldest first. */
async function onRecord(...faults: Fault[]): Promise<Recorded[]> {
  const lines = faults.map(({ kind, target }) => ({ type: "breaking", kind, target, owner }) as const);
  addToRecord({ path: path(), id: lab.id }, ...lines);
  return lines.map((line, moment) => ({ line, moment, target: line.target, fault: faults[moment] }));
}

const stillOnRecord = () => unhealedIn(lab).map(({ kind, target }) => `${kind} ${target}`);

const states = () =>
  [...running].map(
    ([service, isRunning]) =>
      ({ service, running: isRunning, paused: false, attached: true, exitCode: 137 }) as ContainerState,
  );

const engine = {
  states: async () => states(),
  containerOf: async (_: unknown, service: string) => ({ id: service }),
  async start(service: string) {
    did.push(`start ${service}`);
    running.set(service, true);
  },
} as unknown as LabEngine;

/** @returns what was said */
async function play(recorded: Recorded[], { signal = new AbortController().signal } = {}): Promise<string[]> {
  const said: string[] = [];
  await putRight({
    ...{ lab, engine, recorded, signal },
    found: ailmentsOf(states()),
    look: async () => ailmentsOf(states()),
    say: ({ service, found, cure }) => said.push(`${service} was ${found}: ${cure}`),
  });
  return said;
}

it("undoes by its own heal what no look finds, and says by what it was broken", async () => {
  expect(await play(await onRecord(litter("app2")))).toEqual(["app2 was broken by litter: healed"]);
  expect([did, stillOnRecord()]).toEqual([["tidy app2"], []]);
});

it("undoes newest first, and only then mends what a look finds", async () => {
  const recorded = await onRecord(litter("app1"), litter("app2"), litter("app1"));
  running.set("app3", false);
  await play(recorded);
  expect(did).toEqual(["tidy app1", "tidy app2", "tidy app1", "start app3"]);
});

it("says of a fault that shows what the look found, once", async () => {
  running.set("app2", false);
  expect(await play(await onRecord(kill("app2")))).toEqual(["app2 was not running, exit code 137: started"]);
  expect([did, stillOnRecord()]).toEqual([["start app2"], []]);
});

it("says nothing of a fault that shows where the look finds nothing any more", async () => {
  expect(await play(await onRecord(kill("app2")))).toEqual([]);
  expect(stillOnRecord()).toEqual([]);
});

it("tries again what could not be healed before something else was mended", async () => {
  const recorded = await onRecord(litter("app2"));
  running.set("app2", false);
  await play(recorded);
  expect(did).toEqual(["tidy app2", "start app2", "tidy app2"]);
  expect(stillOnRecord()).toEqual([]);
});

it("goes on when something cannot be healed, keeps that on record, and says in the end why", async () => {
  const recorded = await onRecord(litter("app1"), litter("app2"));
  running.set("app3", false);
  cannotHeal.add("app2");
  await expect(play(recorded)).rejects.toThrow("app2 cannot be tidied");
  expect(did).toEqual(["tidy app2", "tidy app1", "start app3", "tidy app2"]);
  expect(stillOnRecord()).toEqual(["litter app2"]);
});

it("names a kind that this version does not know, mends what shows of it, and takes it off the record", async () => {
  await onRecord({ ...kill("app2"), kind: "meteor-strike" });
  running.set("app2", false);
  const recorded = await asRecorded(unhealedIn(lab));
  expect(await play(recorded)).toEqual([
    "app2 was not running, exit code 137: started",
    'app2 was broken by "meteor-strike", which this version of the lab does not know: looked at',
  ]);
  expect([did, stillOnRecord()]).toEqual([["start app2"], []]);
});

it("loads what is on record from the catalogue; what is of one kind and in a row was done at one moment", async () => {
  await onRecord(kill("app1"), kill("app2"), partition("app1"), kill("app3"));
  const recorded = await asRecorded(unhealedIn(lab));
  expect(recorded.map(({ moment, fault }) => `${moment} ${fault?.kind} ${fault?.target}`)).toEqual([
    "0 kill app1",
    "0 kill app2",
    "1 partition app1",
    "2 kill app3",
  ]);
});

it("ends after what is being healed when it is interrupted; the rest stays on record", async () => {
  const interrupted = new AbortController();
  const recorded = await onRecord(litter("app1"), litter("app2"));
  const heal = async () => interrupted.abort(new Error("interrupted"));
  recorded[1]!.fault = { ...recorded[1]!.fault!, heal };
  await expect(play(recorded, { signal: interrupted.signal })).rejects.toThrow("interrupted");
  expect([did, stillOnRecord()]).toEqual([[], ["litter app1"]]);
});

it("takes off the record what hit a service that is not there any more", async () => {
  const gone = { ...litter("app9"), heal: (service: Parameters<Fault["heal"]>[0]) => service.kill() };
  const { LabError } = await import("../errors.ts");
  const missing = new LabError("no app9", { id: "service-missing", todo: "", exit: "usage" });
  const containerOf = engine.containerOf;
  engine.containerOf = () => Promise.reject(missing);
  await play(await onRecord(gone));
  engine.containerOf = containerOf;
  expect(stillOnRecord()).toEqual([]);
});
