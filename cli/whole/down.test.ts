/** `lab down` on engines that do what no real one can be made to do when a test wants it. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ProcessIdentity, thisProcess, thisUser } from "../host/process-identity.ts";
import { beginRecord, recordPath } from "../record/record.ts";
import { type FakeEngine, type FakeThing, openFakeEngine } from "../testing/fake-engine.ts";
import { labelsOfStart } from "../testing/labels-of-start.ts";
import { type LabCommand, labCommand } from "../testing/run-lab.ts";

let lab: LabCommand;
let engine: FakeEngine;
beforeEach(() => {
  lab = labCommand({ name: "one" });
});
afterEach(async () => {
  lab[Symbol.dispose]();
  await engine[Symbol.asyncDispose]();
});

/** A container, a network and a volume of a lab, changed as a test wants them. */
function labNamed(name: string, changes: Record<string, Partial<FakeThing>> = {}): FakeThing[] {
  return withLabels(labelsOf(name), changes);
}

/** @param labels that all of it carries */
function withLabels(labels: Record<string, string>, changes: Record<string, Partial<FakeThing>> = {}): FakeThing[] {
  const project = labels["com.docker.compose.project"]!;
  const things: FakeThing[] = [
    { kind: "container", name: `${project}-app1-1`, labels: { ...labels, ...labelsOfService("app1") } },
    { kind: "container", name: `${project}-app2-1`, labels: { ...labels, ...labelsOfService("app2") } },
    { kind: "network", name: `${project}_lab`, labels },
    { kind: "volume", name: `${project}_redis-aof`, labels: { ...labels, "com.docker.compose.volume": "redis-aof" } },
  ];
  return things.map((thing) => ({ ...thing, ...changes[thing.name.slice(project.length + 1)] }));
}

function labelsOf(name: string): Record<string, string> {
  return {
    "com.docker.compose.project": `session-lab-${name}`,
    "dev.session-lab.lab": name,
    "dev.session-lab.id": `id-of-${name}`,
    "dev.session-lab.owner": "1@1",
    "dev.session-lab.boot": "a-boot",
    "dev.session-lab.version": "0.1.0",
  };
}

/** What Compose adds to those of a container. */
function labelsOfService(service: string): Record<string, string> {
  return {
    "com.docker.compose.service": service,
    "com.docker.compose.image": "sha256:node",
    "com.docker.compose.oneoff": "False",
  };
}

/** Made from a container of the lab "one" by `docker commit`, and run: has all of its labels. */
function clone(changes: Partial<FakeThing> = {}): FakeThing {
  const labels = { ...labelsOf("one"), ...labelsOfService("app2") };
  return { kind: "container", name: "my-database", labels, image: "sha256:mine", network: "bridge", ...changes };
}

/** As `labelsOf`, of a lab of this version; its command is dead. */
function labelsOfLab(name: string, { user = thisUser(), owner = longDead } = {}): Record<string, string> {
  return {
    ...labelsOf(name),
    ...labelsOfStart({ owner, user }),
  };
}

const here = thisProcess();
const longDead: ProcessIdentity = { ...here, startedAt: "1" };
/** What the engine has of these labs, sorted. */
const namesOf = (...things: FakeThing[]) => things.map(({ kind, name }) => `${kind} ${name}`).sort();

/** Looks like a lab's and lacks one label; or is of another project. */
const decoys: FakeThing[] = [
  ...Object.keys(labelsOf("one")).map((label): FakeThing => {
    const labels = { ...labelsOf("one"), ...labelsOfService("app1") };
    delete labels[label];
    return { kind: "container", name: `without-${label}`, labels };
  }),
  { kind: "volume", name: "of-another-project", labels: { ...labelsOf("one"), "com.docker.compose.project": "shop" } },
  { kind: "network", name: "session-lab-one_other", labels: {} },
];
const decoyNames = decoys.map(({ kind, name }) => `${kind} ${name}`).sort();

async function down(things: readonly FakeThing[], ...options: string[]) {
  engine = await openFakeEngine([...things, ...decoys]);
  return lab.run(["down", ...options], { env: { DOCKER_HOST: engine.address } });
}

it("down removes one lab; what lacks any of its labels, and other labs, stay", async () => {
  const { exitCode, stdout } = await down([...labNamed("one"), ...labNamed("two")]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'The lab "one" is removed; nothing is left.' });
  const two = labNamed("two").map(({ kind, name }) => `${kind} ${name}`);
  expect(engine.has()).toEqual([...decoyNames, ...two].sort());
});

it("down --all removes every lab of this user, by label, and nothing else", async () => {
  const labs = ["one", "two"].flatMap((name) => withLabels(labelsOfLab(name)));
  const { exitCode, stdout } = await down(labs, "--all");
  expect(stdout.split("\n")).toEqual([
    'The lab "one" is removed; nothing is left.',
    'The lab "two" is removed; nothing is left.',
  ]);
  expect(exitCode).toBe(0);
  expect(engine.has()).toEqual(decoyNames);
});

it("down --all where there is no lab says so", async () => {
  expect(await down([], "--all")).toMatchObject({ exitCode: 0, stdout: "There is no lab on this engine." });
  expect(engine.has()).toEqual(decoyNames);
});

describe("whose lab it is", () => {
  const bobs = withLabels(labelsOfLab("one", { user: "bob" }));
  const mine = withLabels(labelsOfLab("two"));
  const starting = (name: string) => withLabels(labelsOfLab(name, { owner: here }));
  const inContainer = withLabels(labelsOfLab("one", { owner: { ...longDead, pidNamespace: "pid:[1]" } }));

  it("down --all leaves those of others, and names them with their users", async () => {
    const { exitCode, stdout, stderr } = await down([...bobs, ...mine], "--all");
    expect(stdout).toBe('The lab "two" is removed; nothing is left.');
    expect(stderr).toContain(`left: the lab "one" of bob on ${here.host}`);
    expect(stderr).toContain("`lab down --name one --force`");
    expect(exitCode).toBe(0);
    expect(engine.has()).toEqual([...decoyNames, ...namesOf(...bobs)].sort());
  });

  it("down --all leaves one's own that somebody is at work on: exit code 4; with --force it goes, and those of others stay", async () => {
    const all = [...bobs, ...starting("two")];
    const { exitCode, stdout, stderr } = await down(all, "--all");
    expect(stderr).toContain(`process ${here.pid}, which started it, is still at work`);
    expect(stderr).toContain("`lab down --name two --force`");
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: "No lab is removed." });
    expect(engine.has()).toEqual([...decoyNames, ...namesOf(...all)].sort());
    const env = { DOCKER_HOST: engine.address };
    expect(await lab.run(["down", "--all", "--force"], { env })).toMatchObject({ exitCode: 0 });
    expect(engine.has()).toEqual([...decoyNames, ...namesOf(...bobs)].sort());
  });

  it.each([
    ["of another user", bobs, `The lab "one" belongs to bob on ${here.host}`, "lab-of-another"],
    ["that a living process started", starting("one"), `process ${here.pid}, which started it, is still`, "lab-busy"],
    ["that somebody in another container may be at work on", inContainer, "cannot be told from here", "lab-busy"],
  ])("down refuses a lab %s, says how to remove it all the same, and then does", async (_, things, says, id) => {
    const { exitCode, stdout, stderr } = await down(things);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
    expect(stderr).toContain(says);
    expect(stderr).toContain("`lab down --name one --force`");
    expect(stderr).toContain(`(${id})`);
    expect(engine.has()).toEqual([...decoyNames, ...namesOf(...things)].sort());
    const forced = await lab.run(["down", "--force"], { env: { DOCKER_HOST: engine.address } });
    expect(forced).toMatchObject({ exitCode: 0, stdout: 'The lab "one" is removed; nothing is left.' });
    expect(engine.has()).toEqual(decoyNames);
  });

  it("a lab of an earlier version, which did not say whose it is, goes by its name, and not with all", async () => {
    const all = await down(labNamed("one"), "--all");
    expect(all.stderr).toContain("started by an earlier version");
    expect(all.stderr).toContain("`lab down --name one`");
    expect({ exitCode: all.exitCode, stdout: all.stdout }).toEqual({ exitCode: 0, stdout: "No lab is removed." });
    expect(await lab.run(["down"], { env: { DOCKER_HOST: engine.address } })).toMatchObject({ exitCode: 0 });
    expect(engine.has()).toEqual(decoyNames);
  });
});

describe("an engine that does not remove", () => {
  it("a container whose files are busy, a volume that somebody uses: the rest goes, they are named, exit code 4", async () => {
    const busy = { status: 500, message: "driver failed to remove root filesystem: device or resource busy" };
    const used = { status: 409, message: "volume is in use - [4f53]" };
    const { exitCode, stdout } = await down(
      labNamed("one", { "app1-1": { refusal: busy }, "redis-aof": { refusal: used } }),
    );
    expect(stdout.split("\n")).toEqual([
      "Left behind: container session-lab-one-app1-1 (the engine does not remove it)",
      "Left behind: volume session-lab-one_redis-aof (the engine does not remove it)",
    ]);
    expect(exitCode).toBe(4);
    const left = ["container session-lab-one-app1-1", "volume session-lab-one_redis-aof"];
    expect(engine.has()).toEqual([...left, ...decoyNames].sort());
  });

  it("a network with a guest on it: the guest is named, exit code 4; when it has left, down again removes the network", async () => {
    const guest: FakeThing = { kind: "container", name: "guest", labels: {} };
    const first = await down([...labNamed("one", { lab: { attached: ["guest"] } }), guest]);
    expect(first.stdout).toBe("Left behind: network session-lab-one_lab (in use by guest, not the lab's)");
    expect(first.exitCode).toBe(4);
    engine.change("session-lab-one_lab", { attached: [] });
    expect(await lab.run(["down"], { env: { DOCKER_HOST: engine.address } })).toMatchObject({ exitCode: 0 });
    expect(engine.has()).toEqual([...decoyNames, "container guest"].sort());
  });
});

it("volumes that the engine made in passing, without labels, go with the lab; other volumes that it mounts stay", async () => {
  const bare = "session-lab-one_redis-rdb";
  const others: FakeThing[] = [
    { kind: "volume", name: "my-data", labels: {} },
    { kind: "volume", name: "session-lab-one_mine", labels: { mine: "" } },
    { kind: "volume", name: "session-lab-one_not-mounted", labels: {} },
  ];
  const mounts = [bare, "my-data", "session-lab-one_mine"];
  const lab = labNamed("one", { "app1-1": { mounts } });
  const { exitCode } = await down([...lab, { kind: "volume", name: bare, labels: {} }, ...others]);
  expect(exitCode).toBe(0);
  expect(engine.has()).toEqual([...decoyNames, ...others.map(({ name }) => `volume ${name}`)].sort());
});

it("endpoints of containers that are gone, as an engine that died remembers them, do not keep the network", async () => {
  const { exitCode } = await down(labNamed("one", { lab: { attached: ["session-lab-one-app3-1"] } }));
  expect(exitCode).toBe(0);
  expect(engine.has()).toEqual(decoyNames);
});

it("an engine that dies while it removes: exit code 3, and the rest goes without another command, once the engine answers", async () => {
  engine = await openFakeEngine([...labNamed("one", { "app1-1": { refusal: "dies" } }), ...decoys]);
  const env = { DOCKER_HOST: engine.address };
  const path = recordPath({ name: "one", engine: engine.address }).replace(/^.*\/labs\//, `${lab.home}/labs/`);
  const owner = { ...thisProcess(), startedAt: "1" };
  const at = new Date().toISOString();
  const first = { recordVersion: 1, id: "id-of-one", name: "one", engine: engine.address, owner, version: "0.1.0", at };
  beginRecord(path, { type: "started", ...first, recordVersion: 1 });

  const { exitCode, stderr } = await lab.run(["down"], { env });
  expect(stderr).toContain("No Docker engine answers");
  expect(exitCode).toBe(3);
  expect(existsSync(path)).toBe(true);

  engine.change("session-lab-one-app1-1", { refusal: "none" });
  await expect.poll(() => existsSync(path)).toBe(false);
  expect(engine.has()).toEqual(decoyNames);
});

describe("an engine before 23, which two containers that leave together may bring to a stop,", () => {
  it("has them leave one after the other, whichever command removes them", async () => {
    engine = await openFakeEngine([...labNamed("one"), ...labNamed("two")], { version: "20.10.24" });
    const env = { DOCKER_HOST: engine.address };
    const both = await Promise.all(["one", "two"].map((name) => lab.run(["down", "--name", name], { env })));
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(engine.has()).toEqual([]);
    expect(engine.mostLeaving()).toBe(1);
    expect(readdirSync(join(lab.home, "labs"))).toEqual([]);
  });

  it("loses its lab though nothing can be written in the state folder", async () => {
    // Not even by root: the kernel makes what is there.
    const folder = "/sys/session-lab";
    engine = await openFakeEngine(labNamed("one"), { version: "20.10.24" });
    const env = { DOCKER_HOST: engine.address, LAB_HOME: folder };
    const { exitCode, stderr } = await lab.run(["down"], { env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'removing the lab "one"' });
    expect(engine.has()).toEqual([]);
    expect(engine.mostLeaving()).toBe(1);
  });
});

it("an engine from 23 on has them leave together", async () => {
  await down(labNamed("one"));
  expect(engine.mostLeaving()).toBeGreaterThan(1);
});

describe("what has the labels of a lab, and not all else that the lab gave it,", () => {
  const leftAlone = (container: string, lab: string, why: string) =>
    `left alone: container ${container} has the labels of the lab "${lab}", but ${why}`;

  it.each<[string, Partial<FakeThing>, string]>([
    ["a container that somebody made from one of the lab's", {}, "its name is none that the lab gives"],
    [
      "one on another network, under a name of the lab's",
      { name: "session-lab-one-app9-1", labels: { ...clone().labels, "com.docker.compose.service": "app9" } },
      "it is on another network",
    ],
    [
      "one from another image, under a name of the lab's and on its network",
      {
        name: "session-lab-one-app9-1",
        labels: { ...clone().labels, "com.docker.compose.service": "app9" },
        network: "session-lab-one_lab",
      },
      "it was made from another image",
    ],
    [
      "one that says of no image to be from it",
      {
        name: "session-lab-one-app9-1",
        labels: { ...labelsOf("one"), "com.docker.compose.service": "app9" },
        network: "session-lab-one_lab",
      },
      "it was made from another image",
    ],
    [
      "one that `docker compose run` made",
      {
        name: "session-lab-one-app2-run-0a1b2c3d4e5f",
        labels: { ...clone().labels, "com.docker.compose.oneoff": "True" },
        network: "session-lab-one_lab",
        image: "sha256:node",
      },
      "`docker compose run` made it",
    ],
    [
      "one of another Compose project",
      { labels: { ...clone().labels, "com.docker.compose.project": "shop" } },
      "it is in another Compose project",
    ],
  ])("%s: down leaves it alone, names it, and removes the lab", async (_, changes, why) => {
    const mine = clone(changes);
    const { exitCode, stdout, stderr } = await down([mine, ...labNamed("one")]);
    expect(engine.has()).toEqual([...decoyNames, `container ${mine.name}`].sort());
    expect(stderr.split("\n")).toContain(leftAlone(mine.name, "one", why));
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'The lab "one" is removed; nothing is left.' });
  });

  it("an image that carries the labels itself gives them to whoever runs it: Compose's note of an image means nothing there", async () => {
    const labels = { ...labelsOf("one"), ...labelsOfService("app9") };
    const image: FakeThing = { kind: "image", name: "sha256:mine", labels };
    const mine = clone({ name: "session-lab-one-app9-1", labels, network: "session-lab-one_lab" });
    const { exitCode, stderr } = await down([mine, image, ...labNamed("one")]);
    expect(engine.has()).toEqual([...decoyNames, `container ${mine.name}`, "image sha256:mine"].sort());
    expect(stderr).toContain(leftAlone(mine.name, "one", "it was made from another image"));
    expect(exitCode).toBe(0);
  });

  it("an engine that keeps images under other ids than Compose notes has its lab removed all the same", async () => {
    const image: FakeThing = { kind: "image", name: "sha256:index", labels: { maintainer: "somebody" } };
    const ofIndex = { image: "sha256:index" };
    const { exitCode, stderr } = await down([image, ...labNamed("one", { "app1-1": ofIndex, "app2-1": ofIndex })]);
    expect(engine.has()).toEqual([...decoyNames, "image sha256:index"].sort());
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.not.stringContaining("left alone: container session"),
    });
  });

  it("a container that Compose is about to replace has a name of the lab's, too", async () => {
    const replaced = clone({
      name: "0a1b2c3d4e5f_session-lab-one-app9-1",
      network: "session-lab-one_lab",
      image: "sha256:node",
    });
    replaced.labels["com.docker.compose.service"] = "app9";
    expect(await down([replaced, ...labNamed("one")])).toMatchObject({ exitCode: 0 });
    expect(engine.has()).toEqual(decoyNames);
  });

  it("networks and volumes: left alone and named", async () => {
    const volume = { ...labelsOf("one"), "com.docker.compose.volume": "redis-aof" };
    const others: FakeThing[] = [
      { kind: "network", name: "my-network", labels: labelsOf("one") },
      { kind: "volume", name: "my-volume", labels: volume },
    ];
    const { stderr } = await down([...others, ...labNamed("one")]);
    expect(engine.has()).toEqual([...decoyNames, "network my-network", "volume my-volume"].sort());
    for (const one of ["network my-network", "volume my-volume"])
      expect(stderr).toContain(
        `left alone: ${one} has the labels of the lab "one", but its name is none that the lab gives`,
      );
  });

  it("where there is nothing but that, there is no lab, and down names it all the same", async () => {
    const { exitCode, stdout, stderr } = await down([clone()]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'There is no lab "one".' });
    expect(stderr).toContain(leftAlone("my-database", "one", "its name is none that the lab gives"));
  });

  it("a start of the lab that has to make room removes what is left of the lab alone", async () => {
    const ofShop = clone({ labels: { ...clone().labels, "com.docker.compose.project": "shop" } });
    const composed = await up([ofShop, ...labNamed("one")]);
    expect(engine.has()).toEqual([...decoyNames, "container my-database", "image sha256:all"].sort());
    expect(composed.stderr).toContain('removing what is left of an earlier lab "one"');
    expect(composed.stderr).toContain(leftAlone("my-database", "one", "it is in another Compose project"));
    expect(composed.told).toContain(" up ");
  });

  it("no start of a lab has Compose, which goes by labels alone, take it for one of the lab's containers and replace it", async () => {
    const { exitCode, stderr, told } = await up([clone()]);
    expect(engine.has()).toEqual([...decoyNames, "container my-database", "image sha256:all"].sort());
    expect(stderr).toContain(
      `lab: Compose would start or replace what is not the lab's: container my-database has the labels of the lab "one", but its name is none that the lab gives.`,
    );
    expect(stderr).toContain("docker rm my-database");
    expect({ exitCode, told }).toEqual({ exitCode: 3, told: expect.not.stringContaining(" up ") });
  });

  it("doctor names it, and finds no lab", async () => {
    engine = await openFakeEngine([clone()]);
    const { stdout } = await lab.run(["doctor"], { env: { DOCKER_HOST: engine.address } });
    expect(stdout).toContain(
      `ok   labs: none, and nothing left of any\n       -> ${leftAlone("my-database", "one", "its name is none that the lab gives")}`,
    );
  });

  it("the command that cleans up after one that died names it", async () => {
    engine = await openFakeEngine([clone(), ...labNamed("one")]);
    writeRecordOfDead("one");
    const { stderr } = await lab.run(["runs"], { env: { DOCKER_HOST: engine.address } });
    expect(engine.has()).toEqual(["container my-database"]);
    expect(stderr.split("\n")).toContain(
      `lab: ${leftAlone("my-database", "one", "its name is none that the lab gives")}`,
    );
  });

  it.each(["../../victim/measurements", "one\u001b[31m", "", "One", "-one", "a".repeat(32)])(
    "a name of no lab in the labels, %j, is no path, and is written out: down --all leaves it alone",
    async (name) => {
      const labels = { ...labelsOf(name), ...labelsOfService("app2") };
      engine = await openFakeEngine([clone({ labels })]);
      const [suffix] = /@\w+\.jsonl$/.exec(recordPath({ name: "one", engine: engine.address }))!;
      const mine = join(lab.home, "victim", `measurements${suffix}`);
      mkdirSync(dirname(mine));
      writeFileSync(mine, "mine\n");
      // `labs/../../victim` leads there.
      const env = { DOCKER_HOST: engine.address, LAB_HOME: join(lab.home, "home") };
      const { exitCode, stdout, stderr } = await lab.run(["down", "--all"], { env });
      expect(existsSync(mine)).toBe(true);
      expect(engine.has()).toEqual(["container my-database"]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "There is no lab on this engine." });
      expect(stderr).toContain(" but that is no name of a lab");
      expect(stderr).not.toContain("\u001b");
    },
  );
});

it("what a record says of a lab reaches no terminal as it is", async () => {
  engine = await openFakeEngine(labNamed("x"));
  writeRecordOfDead("x\u001b[31m", "x.jsonl");
  const { stderr } = await lab.run(["runs"], { env: { DOCKER_HOST: engine.address } });
  expect(stderr).toContain('the record of the lab "x" cannot be read');
  expect(stderr).not.toContain("\u001b");
});

it("nor does what an engine calls the things that it does not remove", async () => {
  const refusal = { status: 409, message: "in use" };
  const guests = { attached: ["guest\u001b[31m"], refusal };
  const guest: FakeThing = { kind: "container", name: "guest\u001b[31m", labels: {} };
  const { stdout } = await down([...labNamed("one", { lab: guests }), guest]);
  expect(stdout).toContain("in use by guest\\x1b[31m");
});

/** Of a lab that a command was going to remove, and died. */
function writeRecordOfDead(name: string, file = `${name}.jsonl`): void {
  const path = recordPath({ name: "one", engine: engine.address }).replace(/^.*\/labs\/one/, `${lab.home}/labs/one`);
  const owner = { ...thisProcess(), startedAt: "1" };
  const at = new Date().toISOString();
  const first = { id: "id-of-one", name, engine: engine.address, owner, version: "0.1.0", at };
  const where = path.replace(/one(@\w+)?\.jsonl$/, (_, suffix = "") => file.replace(".jsonl", `${suffix}.jsonl`));
  beginRecord(where, { type: "started", recordVersion: 1, ...first });
}

/** `lab up` with a Compose that only notes what it is told. */
async function up(things: readonly FakeThing[]) {
  const images: FakeThing = {
    kind: "image",
    name: "sha256:all",
    labels: {},
    tags: ["nginx:1.30-alpine", "node:24-alpine", "redis:8-alpine"],
  };
  engine = await openFakeEngine([images, ...things, ...decoys]);
  const folder = join(lab.home, "bin");
  mkdirSync(folder);
  const script = `#!/bin/sh
echo " $* " >>"${folder}/told"
case " $* " in *" version "*) echo 2.40.3;; *) exit 1;; esac
`;
  writeFileSync(join(folder, "docker"), script, { mode: 0o755 });
  const env = { DOCKER_HOST: engine.address, PATH: `${folder}:${process.env.PATH}` };
  const finished = await lab.run(["up"], { env });
  return { ...finished, told: readFileSync(join(folder, "told"), "utf8") };
}

it("doctor tells remains from what somebody else is starting, though both are there", async () => {
  const ofBob = withLabels(labelsOfLab("two", { user: "bob" }));
  engine = await openFakeEngine([...withLabels(labelsOfLab("one")), ...ofBob]);
  const { stdout } = await lab.run(["doctor"], { env: { DOCKER_HOST: engine.address } });
  expect(stdout).toContain("FAIL labs: Remains of labs without a balancer: one.\n");
  expect(stdout).toContain("-> lab down --all\n");
  expect(stdout).toMatch(/no remains: two \(without a balancer, of bob on /);
});
