/** A command that dies while it works in a lab that stays: what it broke or began is put right, and the rest is not touched. */
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { thisProcess } from "../host/process-identity.ts";
import { type LabRecord, type RecordLine, readRecord, recordPath } from "../record/record.ts";
import { type Decoys, placeDecoys } from "../testing/decoys.ts";
import { type EngineGate, openEngineGate } from "../testing/engine-gate.ts";
import { docker, inventory, processes } from "../testing/engine-inventory.ts";
import { hangMs, soonMs } from "../testing/engine-pace.ts";
import { labCommand } from "../testing/run-lab.ts";
import { waitUntil } from "../wait.ts";

const name = "test-stay";
const startOfContainer = /^POST .*\/containers\/[^/]+\/start/;

const lab = labCommand({ name });
let gate: EngineGate;
let decoys: Decoys;
let options: { env: { DOCKER_HOST: string } };
/** The lab as it came up. */
let atFirst: Container[];
beforeAll(async () => {
  gate = await openEngineGate();
  options = { env: { DOCKER_HOST: gate.address } };
  expect(await lab.run(["up"], options)).toMatchObject({ exitCode: 0 });
  decoys = await placeDecoys(name, { lab: `session-lab-${name}-app2-1` });
  atFirst = await containers();
});
afterEach(async () => {
  gate.drop();
  expect(await ill()).toEqual([]);
  expect(await decoys.now()).toEqual(decoys.all);
});
afterAll(async () => {
  await lab.run(["down"], options);
  await decoys[Symbol.asyncDispose]();
  gate[Symbol.dispose]();
  lab[Symbol.dispose]();
});

describe("kill -9", () => {
  it("of `lab reset`, when it has stopped servers: they are brought back", async () => {
    gate.hold(startOfContainer);
    const reset = lab.start(["reset"], options);
    await gate.hasHeld();
    expect(await ill()).not.toEqual([]);
    reset.kill("SIGKILL");
    await reset;
    gate.drop();

    await isPutRight();
    expect(namesAndIds(await containers())).toEqual(namesAndIds(atFirst));
  });

  it("of a command that adds servers: they are taken away, Compose ends, the lab is as it was", async () => {
    const before = await containers();
    const volumes = await volumesOfLab();
    gate.hold(startOfContainer);
    const up = lab.start(["up", "--with", "redis-cluster"], options);
    await gate.hasHeld();
    expect((await containers()).length).toBe(before.length + 3);
    expect(await composing()).not.toEqual([]);
    up.kill("SIGKILL");
    await up;

    await isPutRight();
    expect(await containers()).toEqual(before);
    expect(await volumesOfLab()).toEqual(volumes);
    expect(await composing()).toEqual([]);
  });

  it("of `lab watch`, whose buttons broke two servers: they are healed, whatever was on record of an earlier lab", async () => {
    const before = await containers();
    writeRecord({ type: "started", id: "of an earlier lab" }, { type: "ready", stays: true });
    const watch = await watching();
    expect(await watch.press({ do: "fault", kind: "kill", service: "app2" })).toMatchObject({ ok: true });
    expect(await watch.press({ do: "fault", kind: "freeze", service: "app3" })).toMatchObject({ ok: true });
    expect(broken()).toEqual(["kill app2", "freeze app3"]);
    expect(await ill()).toEqual(["app2 exited", "app3 paused"]);
    watch.command.kill("SIGKILL");
    await watch.command;

    await isPutRight();
    const unbroken = (all: Container[]) => all.filter(({ service }) => service !== "app2");
    expect(unbroken(await containers())).toEqual(unbroken(before));
  });

  it("of `lab watch`, when somebody else has healed what it broke: nothing changes", async () => {
    const watch = await watching();
    await watch.press({ do: "fault", kind: "kill", service: "app2" });
    expect(await lab.run(["heal"], options)).toMatchObject({ exitCode: 0 });
    const healed = await containers();
    watch.command.kill("SIGKILL");
    await watch.command;

    await isPutRight();
    expect(await containers()).toEqual(healed);
  });
});

it("`lab watch` that ends heals what its buttons broke, and has it on record", async () => {
  const watch = await watching();
  await watch.press({ do: "fault", kind: "stop", service: "app1" });
  await watch.press({ do: "fault", kind: "kill", service: "app2" });
  expect(broken()).toEqual(["stop app1", "kill app2"]);
  await watch.press({ do: "heal", service: "app1" });
  // That hits nothing, and leaves the first one broken.
  expect(await watch.press({ do: "fault", kind: "kill", service: "app2" })).toMatchObject({ ok: false });
  expect(broken()).toEqual(["kill app2"]);
  watch.command.kill("SIGINT");
  expect(await watch.command).toMatchObject({ exitCode: 130 });
  expect(broken()).toEqual([]);
  expect(await ill()).toEqual([]);
  expect(await processes(lab.home)).toEqual([]);
});

it("a fault hits the lab's own server, not a container that somebody made from it", async () => {
  expect(await lab.run(["fault", "kill", "app2"], options)).toMatchObject({ exitCode: 0 });
  expect(await ill()).toEqual(["app2 exited"]);
  expect(await lab.run(["heal"], options)).toMatchObject({ exitCode: 0 });
});

it("of two commands that add the same servers the second is refused, and the first goes on", async () => {
  gate.hold(/^POST .*\/containers\/create/);
  const first = lab.start(["up", "--with", "spare"], options);
  await gate.hasHeld();
  const second = await lab.run(["up", "--with", "spare"], options);
  expect(second.stderr).toContain(`is starting app4, app5, app6 in the lab "${name}" already.`);
  expect(second.exitCode).toBe(3);
  gate.open();
  expect(await first).toMatchObject({ exitCode: 0 });
  expect((await containers()).map(({ service }) => service)).toEqual(expect.arrayContaining(["app4", "app5", "app6"]));
});

it("what is on record of another lab of that name touches nothing; what is on record of this one heals it", async () => {
  const orphans = [
    { type: "breaking", kind: "kill", target: "app2", owner: dead },
    { type: "adding", services: ["app3"], owner: dead },
  ] as const;
  await docker("kill", `session-lab-${name}-app2-1`);
  const before = await containers();
  writeRecord({ type: "started", id: "of an earlier lab" }, { type: "ready", stays: true }, ...orphans);
  await lab.run(["runs"], options);
  expect(await containers()).toEqual(before);
  expect(records()).toEqual([]);

  const [id] = await docker(
    "inspect",
    "--format",
    '{{index .Config.Labels "dev.session-lab.id"}}',
    `session-lab-${name}-app2-1`,
  );
  writeRecord({ type: "found", id: id! }, orphans[0]);
  const { stderr } = await lab.run(["runs"], options);
  expect(stderr).toBe(`lab: put right what a command that died had begun in the lab "${name}"`);
  expect(await ill()).toEqual([]);
});

it("kill -9 of `lab down` in the middle: what it has begun is done", async () => {
  gate.hold(/^DELETE .*\/containers\//);
  const down = lab.start(["down"], options);
  await gate.hasHeld();
  down.kill("SIGKILL");
  await down;
  gate.drop();

  const look = async () => [...notDecoys(await inventory(name)), ...(await processes(lab.home)), ...records()];
  await nothingSoon(look);
});

it("what somebody made from a container of the lab is named and left alone when that is gone, and no lab is started beside it", async () => {
  const leftAlone = `container ${name}-cloned has the labels of the lab "${name}", but its name is none that the lab gives`;
  const down = await lab.run(["down"], options);
  expect(down).toMatchObject({ exitCode: 0, stdout: `There is no lab "${name}".` });
  expect(down.stderr.split("\n")).toContain(`left alone: ${leftAlone}`);
  const otherImage = `container session-lab-${name}-app2-7 has the labels of the lab "${name}", but it was made from another image`;
  expect(down.stderr.split("\n")).toContain(`left alone: ${otherImage}`);
  const up = await lab.run(["up"], options);
  expect(up.stderr).toContain("lab: Compose would start or replace what is not the lab's: container ");
  expect(up.exitCode).toBe(3);
  expect(notDecoys(await inventory(name))).toEqual([]);
});

/** Soon everything runs, and nothing is on record that is still to be done. */
async function isPutRight(): Promise<void> {
  const open = () => (record()?.adding ?? []).flatMap(({ services }) => services);
  const look = async () => [...(await ill()), ...broken(), ...open(), ...(await processes(lab.home))];
  await nothingSoon(look);
}

/** As the README promises: as the engine that does it is fast. */
async function nothingSoon(look: () => Promise<string[]>): Promise<void> {
  const until = (left: readonly string[]) => left.length === 0;
  const { seen, waitedMs } = await waitUntil({ look, until, deadlineMs: hangMs, everyMs: 100 });
  expect(seen).toEqual([]);
  expect(waitedMs).toBeLessThan(await soonMs());
}

interface Container {
  service: string;
  id: string;
  state: string;
  startedAt: string;
}

/** Whoever calls this knows that none comes or goes at the moment. */
async function containers(): Promise<Container[]> {
  const listed = await docker("ps", "-a", "--filter", `label=dev.session-lab.lab=${name}`, "--format", "{{.Names}}");
  const ours = listed.filter((container) => !decoys.names.includes(`container ${container}`));
  const format = '{{index .Config.Labels "com.docker.compose.service"}} {{.Id}} {{.State.Status}} {{.State.StartedAt}}';
  const lines = (await docker("inspect", "--format", format, ...ours)).sort();
  return lines.map((line) => {
    const [service, id, state, startedAt] = line.split(" ") as [string, string, string, string];
    return { service, id, state, startedAt };
  });
}

function namesAndIds(all: Container[]): string[] {
  return all.map(({ service, id }) => `${service} ${id}`);
}

/** Services that do not run, e.g. `app2 exited`. */
async function ill(): Promise<string[]> {
  const format = 'container {{.Names}}|{{.Label "com.docker.compose.service"}} {{.State}}';
  const lines = await docker("ps", "-a", "--filter", `label=dev.session-lab.lab=${name}`, "--format", format);
  const ours = lines.map((line) => line.split("|")).filter(([container]) => !decoys.names.includes(container!));
  return ours.flatMap(([, state]) => (state!.endsWith(" running") ? [] : [state!])).sort();
}

async function volumesOfLab(): Promise<string[]> {
  const found = (await inventory(name)).filter((line) => line.startsWith("volume "));
  return notDecoys(found);
}

function notDecoys(found: readonly string[]): string[] {
  return found.filter((line) => !decoys.names.includes(line));
}

/** Faults that nobody has healed, by the record. There is none where nothing is to be done that it could be needed for. */
function broken(): string[] {
  return (record()?.broken ?? []).map(({ kind, target }) => `${kind} ${target}`);
}

/** Compose, wherever it works for this lab. */
async function composing(): Promise<string[]> {
  const lines = await processes(`session-lab-${name} `, "pid,args");
  return lines.filter((line) => Number.parseInt(line, 10) !== decoys.pid);
}

/** The live page, as its buttons speak to it. */
async function watching() {
  const command = lab.start(["watch", "--users", "1", "--store", "memory", "--no-open"], options);
  const [first] = (await once(command.stdout, "data")) as [Buffer];
  const url = new URL(String(first).trim());
  return {
    command,
    async press(wish: object): Promise<{ ok: boolean; says: string }> {
      const headers = { origin: url.origin, "content-type": "application/json" };
      const answer = await fetch(`${url}act`, { method: "POST", headers, body: JSON.stringify(wish) });
      return (await answer.json()) as { ok: boolean; says: string };
    },
  };
}

const dead = { ...thisProcess(), startedAt: "1" };

function records(): string[] {
  return readdirSync(join(lab.home, "labs"));
}

function recordFile(): string {
  return join(lab.home, "labs", basename(recordPath({ name, engine: gate.address })));
}

function record(): LabRecord | undefined {
  return readRecord(recordFile()) as LabRecord | undefined;
}

/** Puts another record in place of the lab's. */
function writeRecord(
  { type, id }: { type: "started" | "found"; id: string },
  ...lines: Exclude<RecordLine, { recordVersion: 1 }>[]
): void {
  const first = { type, recordVersion: 1, id, name, engine: gate.address, owner: dead, version: "0", at: "then" };
  writeFileSync(recordFile(), [first, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(""));
}
