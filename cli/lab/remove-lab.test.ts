import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { identityOf, thisProcess } from "../host/process-identity.ts";
import { addToRecord, beginRecord, engineAddress, recordPath } from "../record/record.ts";
import { container, lateEngine } from "../testing/late-engine.ts";
import { hangingCompose } from "../testing/remains-of-a-dead-command.ts";
import { programCalled } from "../testing/sleep-by-another-name.ts";
import { removeLab, removeOwnLab } from "./remove-lab.ts";

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

it("the record of another start of a lab of that name, and what belongs to that one, stay", async () => {
  record(starting);
  const { engine } = lateEngine({ resources: [] });
  const asked: unknown[] = [];
  engine.resources = async (whose) => {
    asked.push(whose);
    return [];
  };
  expect(await removeLab({ name: "lab", id: "of an earlier start" }, engine)).toEqual([]);
  expect(asked).toContainEqual({ name: "lab", id: "of an earlier start" });
  expect(existsSync(recordPath({ name: "lab", engine: engineAddress() }))).toBe(true);
});

it("a command that has begun no lab removes none, whoever has one of that name", async () => {
  const { engine, done } = lateEngine({ resources: [first] });
  expect(await removeOwnLab({ name: "lab" }, engine)).toEqual([]);
  record(starting, { type: "ready", stays: true });
  expect(done).toEqual([]);
  await removeOwnLab({ name: "lab" }, engine);
  expect(done).toEqual(["remove session-lab-lab-app1-1"]);
});

describe("processes", () => {
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });
  const begins = async (child: ChildProcess) => {
    started.push(child);
    if (child.pid === undefined) await once(child, "spawn");
    return child;
  };
  const removed = () => removeLab({ name: "lab" }, lateEngine({ resources: [first] }).engine);
  const composing = ({ pid }: ChildProcess, owner = thisProcess()) =>
    ({ type: "composing", compose: identityOf(pid!), owner }) as const;

  it("of its Compose that still work are asked to end", async () => {
    const compose = await begins(await hangingCompose(thisProcess()));
    record(starting, composing(compose), { type: "ready", stays: true });
    const end = once(compose, "exit");
    expect(await removed()).toEqual([]);
    expect(await end).toEqual([null, "SIGTERM"]);
  });

  it("of its Compose that do not end when they are asked are killed", async () => {
    const compose = await begins(await hangingCompose(thisProcess()));
    // It cannot listen.
    compose.kill("SIGSTOP");
    record(starting, composing(compose), { type: "ready", stays: true });
    const end = once(compose, "exit");
    expect(await removed()).toEqual([]);
    expect(await end).toEqual([null, "SIGKILL"]);
  });

  it("that have merely inherited the lab's variables live, whatever they are, and this one above all", async () => {
    vi.stubEnv("LAB_ID", "an-id");
    using docker = programCalled("docker");
    const bystanders = [
      spawn("sleep", ["infinity"], { stdio: "ignore" }),
      spawn("sleep", ["infinity"], { stdio: "ignore", argv0: "docker compose -p session-lab-lab up" }),
      // As whoever types `docker compose up -d app2` with what he has exported.
      spawn(docker.path, ["infinity"], { stdio: "ignore", argv0: "sleep", detached: true }),
    ];
    for (const child of bystanders) await begins(child);
    record(starting, { type: "ready", stays: true });
    expect(await removed()).toEqual([]);
    expect(bystanders.map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual([null, null, null]);
  });
});
