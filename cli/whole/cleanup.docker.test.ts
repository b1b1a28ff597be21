/** Whatever a command dies of, nothing that it started remains, and nothing else is touched. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ProcessIdentity, thisProcess } from "../host/process-identity.ts";
import { packageRoot } from "../paths.ts";
import { anyImage } from "../testing/any-image.ts";
import { openEngineLine } from "../testing/cut-off-engine.ts";
import { type Decoys, placeDecoys } from "../testing/decoys.ts";
import { docker, inventory, processes } from "../testing/engine-inventory.ts";
import { hangMs, soonMs } from "../testing/engine-pace.ts";
import { Traces } from "../testing/nothing-left.ts";
import { leaveRemains } from "../testing/remains-of-a-dead-command.ts";
import { type LabCommand, labCommand } from "../testing/run-lab.ts";
import { seenInTime } from "../testing/seen-in-time.ts";
import { waitUntil } from "../wait.ts";

const name = "test-clean";
const project = `session-lab-${name}`;
const small = ["--users", "1", "--policy", "cookie", "--store", "memory"];
/** For what has to come before a test can begin; the machine may be busy with others. */
const patienceMs = hangMs;

let lab: LabCommand;
let traces: Traces;
let decoys: Decoys;
beforeAll(async () => {
  // A run of these tests that was killed itself.
  using before = labCommand({ name });
  await before.run(["down", "--force"]);
  decoys = await placeDecoys(name);
});
afterEach(async () => {
  expect(await decoys.now()).toEqual(decoys.all);
});
afterAll(() => decoys[Symbol.asyncDispose]());

function openLab(): void {
  lab = labCommand({ name });
  traces = new Traces({ name, home: lab.home, decoys });
}

async function closeLab(): Promise<void> {
  // Only after a test that failed.
  if ((await traces.onEngine()).length > 0) await lab.run(["down", "--force"]);
  lab[Symbol.dispose]();
}

describe("kill -9", () => {
  beforeEach(openLab);
  afterEach(closeLab);

  it.each([
    ["before Compose is called", "login", () => recorded("started")],
    ["while an app server is frozen", "server-freeze", () => isSomewhere("paused")],
  ] as const)("%s: soon nothing is left", async (_, scenario, itIsTime) => {
    const run = lab.start(["scenario", scenario, ...small]);
    await itIsTime();
    run.kill("SIGKILL");
    expect((await run).signal).toBe("SIGKILL");
    await nothingIsLeftSoon();
  });

  it("in the middle of Compose: soon nothing is left", async () => {
    using middle = await runIntoCompose();
    middle.run.kill("SIGKILL");
    expect((await middle.run).signal).toBe("SIGKILL");
    await nothingIsLeftSoon();
  });

  it("while it removes the lab after a Ctrl-C: soon nothing is left", async () => {
    using middle = await runIntoCompose();
    await send(middle.run, ["SIGINT"]);
    await recorded("removing");
    middle.run.kill("SIGKILL");
    expect((await middle.run).signal).toBe("SIGKILL");
    await nothingIsLeftSoon();
  });

  it("of the watchdog first, then of the command: the next command removes everything", async () => {
    using middle = await runIntoCompose();
    const { run, env } = middle;
    // Held, so that it can start no other watchdog.
    run.kill("SIGSTOP");
    for (const pid of await watchdogs()) process.kill(pid, "SIGKILL");
    run.kill("SIGKILL");
    await run;
    expect(await traces.onEngine()).not.toEqual([]);

    const { exitCode, stderr } = await lab.run(["runs"], { env });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: `lab: removed what process ${run.pid}, which died, had left of the lab "${name}"`,
    });
    expect(await traces.left()).toEqual([]);
  });

  it.each([
    ["whose process id somebody else has by now", () => ({ ...thisProcess(), pid: decoys.pid, startedAt: "1" })],
    ["before a power cut", () => ({ ...thisProcess(), bootId: "the boot before" })],
  ] as [string, () => ProcessIdentity][])("of a command %s: the next one removes everything", async (_, owner) => {
    const worker = await leaveRemains({ name, home: lab.home, owner: owner() });
    expect(await traces.onEngine()).toHaveLength(3);
    const { exitCode, stderr } = await lab.run(["runs"]);
    expect(stderr).toContain("which died, had left of the lab");
    expect(exitCode).toBe(0);
    expect(await traces.left()).toEqual([]);
    expect(worker.signalCode).toBe("SIGTERM");
  });
});

describe("signals", () => {
  beforeEach(openLab);
  afterEach(closeLab);

  it("one Ctrl-C in the middle of Compose: nothing is left when the command has ended", async () => {
    using middle = await runIntoCompose();
    await send(middle.run, ["SIGINT"]);
    expect((await middle.run).exitCode).toBe(130);
    expect(await traces.left()).toEqual([]);
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGQUIT", 131],
  ] as const)("%s when the lab is on record: nothing is left when the command has ended", async (signal, code) => {
    const run = lab.start(["scenario", "login", ...small]);
    await recorded("started");
    await send(run, [signal]);
    expect((await run).exitCode).toBe(code);
    expect(await traces.left()).toEqual([]);
  });

  it.each([
    ["two", ["SIGINT", "SIGINT"]],
    ["three", ["SIGINT", "SIGINT", "SIGINT"]],
  ] as const)("%s Ctrl-C in the middle of Compose: soon nothing is left", async (_, signals) => {
    using middle = await runIntoCompose();
    await send(middle.run, signals);
    expect((await middle.run).exitCode).toBe(130);
    await nothingIsLeftSoon();
  });

  it("the terminal is closed (SIGHUP, and nobody reads any more): 129, and nothing is left", async () => {
    const runs = join(lab.home, "runs");
    mkdirSync(runs);
    const code = join(runs, "exit-code");
    const command = `'${process.execPath}' '${join(packageRoot, "dist/cli/main.js")}' scenario login ${small.join(" ")}`;
    const env = { LAB_NAME: name, LAB_HOME: lab.home, TMPDIR: lab.home, TERM: "xterm" };
    // The shell is told, as the leader of the session, and passes it on, as it does to its jobs.
    const shell = `${command} & child=$!; trap "kill -HUP $child" HUP; wait $child; wait $child; echo $? >'${code}'`;
    const words = ["-qefc", shell, "/dev/null"];
    const terminal = execa("script", words, { env, reject: false, stdin: "pipe" });
    await recorded("starting");
    await seenInTime("four things on the engine", {
      look: () => traces.onEngine(),
      until: (found) => found.length > 3,
      deadlineMs: patienceMs,
    });
    terminal.kill("SIGKILL");
    await terminal;
    const seen = await seenInTime("the command to end", {
      look: async () => (existsSync(code) ? readFileSync(code, "utf8") : ""),
      until: Boolean,
      deadlineMs: patienceMs,
    });
    expect(seen).toBe("129\n");
    await nothingIsLeftSoon();
  });
});

describe("what a command stands on breaks:", () => {
  beforeEach(openLab);
  afterEach(closeLab);

  it("a reader has seen enough (`2>&1 | head -1`): the run goes on to its end, and nothing is left", async () => {
    const { exitCode, stdout } = await lab.run(["scenario", "login", ...small], {
      within: ["bash", "-c", 'set -o pipefail; "$@" 2>&1 | head -1', "bash"],
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "  looking for a running lab" });
    expect(await traces.left()).toEqual([]);
  });

  it("the engine is cut off while a fault is injected, and restarted: exit code 3, and removed once it answers", async () => {
    /** Each request that changes something, with what was on record when the engine was about to be told. */
    const changes: { request: string; record: string[] }[] = [];
    const isKill = ({ request }: { request: string }) => request.includes("/kill?");
    using line = await openEngineLine({
      onRequest(method, path) {
        if (method === "GET" || method === "HEAD") return;
        changes.push({ request: `${method} ${path}`, record: traces.record() });
        if (isKill(changes.at(-1)!) && changes.filter(isKill).length === 1) line.cut();
      },
    });
    const run = lab.start(["scenario", "server-crash", ...small], { env: { DOCKER_HOST: line.address } });
    const { exitCode, stderr } = await run;
    expect(String(stderr)).toContain("No Docker engine answers at");
    expect(exitCode).toBe(3);
    expect(await traces.onEngine()).not.toEqual([]);
    // As a restart leaves them.
    await docker("kill", ...(await containers("running")));

    await line.mend();
    await nothingIsLeftSoon();

    // Whatever was done was on record before.
    const record = changes.find(isKill)?.record;
    // Started anew, and recorded anew, where another lab on this machine was quicker to take a port or a subnet.
    expect([...new Set(record)]).toEqual(["started", "starting", "composing", "ready", "breaking"]);
    expect(changes.filter(({ record }) => record[0] !== "started" || record[1] !== "starting")).toEqual([]);
    expect(changes.filter(({ request }) => request.startsWith("DELETE"))).not.toEqual([]);
  });

  it("a subnet, then a port are taken between the check and the start: the next free ones are chosen", async () => {
    const thief = createServer();
    using door = interceptCompose();
    const up = lab.start(["up"], { env: door.env });
    let said = "";
    up.stderr.on("data", (text) => {
      said += text;
    });
    let nth = 1;
    /** Steals a choice at the door, again and again until it was noticed: other labs on this machine may be quicker than the thief. */
    const stealUntilSaid = async (steal: (choice: Record<string, string>) => Promise<string>) => {
      for (;;) {
        const notice = await steal(await door.opened(nth));
        door.goOn(nth);
        nth += 1;
        await door.opened(nth);
        if (said.includes(notice)) return;
      }
    };
    let stolen = "";
    try {
      // A name is one command's at a time.
      await door.opened(nth);
      const second = await lab.run(["up"]);
      expect(second.stderr).toContain(`The lab "${name}" belongs to process ${up.pid}`);
      expect(second.exitCode).toBe(3);

      await stealUntilSaid(async ({ LAB_SUBNET_PREFIX: prefix }) => {
        await docker("network", "rm", "-f", `${name}-thief`);
        await docker("network", "create", "--subnet", `${prefix}.0/24`, `${name}-thief`).catch(() => {});
        return `The subnet ${prefix}.0/24 was taken in the meantime.`;
      });
      await stealUntilSaid(async ({ LAB_PORT: port }) => {
        thief.close();
        await new Promise<void>((resolve) => {
          thief.once("error", () => resolve()).listen({ port: Number(port), host: "127.0.0.1" }, resolve);
        });
        stolen = port!;
        return `Port ${port} on 127.0.0.1 was taken in the meantime.`;
      });
      door.goOnForGood();
      const { exitCode, stdout } = await up;
      expect(String(stdout)).toMatch(/http:\/\/cookie\.memory\.localhost:\d+/);
      expect(String(stdout)).not.toContain(`localhost:${stolen}/`);
      expect(exitCode).toBe(0);
      await lab.run(["down"]);
      expect(await traces.left()).toEqual([]);
    } finally {
      thief.close();
      await docker("network", "rm", "-f", `${name}-thief`);
    }
  });
});

describe("the state folder", () => {
  beforeEach(openLab);
  afterEach(closeLab);

  /** On a disk of the command's own, which goes with it. */
  const onDisk = (options: string, then = ":") => ({
    within: [
      ...["unshare", "--map-root-user", "--mount", "sh", "-ec"],
      `mount -t tmpfs ${options} none "$LAB_HOME"; ${then}; exec "$@"`,
      "sh",
    ],
  });

  it.each([
    ["read-only", 'mkdir "$LAB_HOME/labs"; mount -o remount,ro "$LAB_HOME"'],
    ["read-only, and empty", 'mount -o remount,ro "$LAB_HOME"'],
  ])("is %s: said so, and nothing is started", async (_, then) => {
    const disk = onDisk("-o size=1m", then);
    const { exitCode, stderr } = await lab.run(["up"], disk);
    expect(stderr).toContain(`${join(lab.home, "labs", name)}.jsonl cannot be written: EROFS: read-only file system`);
    expect(stderr).toContain("choose another folder with LAB_HOME");
    expect(exitCode).toBe(3);
    expect(await traces.left()).toEqual([]);
  });

  it("is on a disk that is full: said so, and nothing is started", async () => {
    const disk = onDisk(
      "-o size=8k",
      'mkdir "$LAB_HOME/labs"; ! head -c 9999 /dev/zero >"$LAB_HOME/labs/filling" 2>&1',
    );
    const { exitCode, stderr } = await lab.run(["up"], disk);
    expect(stderr).toContain(`${name}.jsonl cannot be written: ENOSPC: no space left on device`);
    expect(exitCode).toBe(3);
    expect(await traces.left()).toEqual([]);
  });

  it("is on a disk that becomes full while something is broken: said so, and nothing is left", async () => {
    const run = lab.start(["scenario", "server-crash", ...small], onDisk("-o size=200k"));
    // The command's own view of the folder.
    const home = `/proc/${run.pid}/root${lab.home}`;
    const disk = new Traces({ name, home, decoys });
    await recorded("breaking", disk);
    expect(() => writeFileSync(join(home, "filling"), "x".repeat(1_000_000))).toThrow("ENOSPC");
    const { exitCode, stderr } = await run;
    expect(stderr).toContain("cannot be written: the disk is full");
    expect(exitCode).toBe(3);
    await nothingIsLeftSoon();
  });
});

it("three labs start at the same instant; one going down leaves the other two as they are", async () => {
  const three = [1, 2, 3].map((number) => labCommand({ name: `${name}-${number}` }));
  try {
    const ups = await Promise.all(three.map((one) => one.run(["up"])));
    expect(ups.map(({ exitCode, stderr }) => (exitCode === 0 ? "up" : stderr))).toEqual(["up", "up", "up"]);
    const secrets = await Promise.all(three.map((_, index) => secretOf(`${name}-${index + 1}`)));
    expect(new Set(secrets).size).toBe(3);
    const others = async () => [...(await statesOf(`${name}-2`)), ...(await statesOf(`${name}-3`))];
    const before = await others();
    expect((await three[0]!.run(["down"])).exitCode).toBe(0);
    expect(await inventory(`${name}-1`)).toEqual([]);
    expect(await others()).toEqual(before);
    // They answer, too.
    expect((await three[1]!.run(["up"])).exitCode).toBe(0);
    expect(await others()).toEqual(before);
  } finally {
    await Promise.all(three.map((one) => one.run(["down"])));
    for (const one of three) one[Symbol.dispose]();
  }
});

/** One lab, from its start to its end. */
describe("a lab that stays", () => {
  beforeAll(async () => {
    openLab();
    await lab.up();
  });
  afterAll(closeLab);

  it("says on all that it has which lab it is, which start of it, and which process, boot and version started it", async () => {
    const [first] = readFileSync(join(lab.home, "labs", `${name}.jsonl`), "utf8").split("\n");
    const { id, owner, version } = JSON.parse(first!) as { id: string; owner: ProcessIdentity; version: string };
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const expected = [name, id, `${owner.pid}@${owner.startedAt}`, boot, version].join(" ");
    const format = ["lab", "id", "owner", "boot", "version"].map((key) => `{{index $labels "dev.session-lab.${key}"}}`);
    for (const [kind, path] of [
      ["container", ".Config.Labels"],
      ["network", ".Labels"],
      ["volume", ".Labels"],
    ] as const) {
      const things = (await traces.onEngine()).flatMap((line) =>
        line.startsWith(`${kind} `) ? [line.split(" ")[1]!] : [],
      );
      const template = `{{$labels := ${path}}}${format.join(" ")}`;
      const said = await docker(kind, "inspect", "--format", template, ...things);
      expect({ kind, said: [...new Set(said)] }).toEqual({ kind, said: [expected] });
    }
  });

  it("is healed of what a command broke that was killed; nothing else of it is touched", async () => {
    const others = async () => (await statesOf(name)).filter((line) => !line.includes("-app2-1 "));
    const before = await others();
    const run = lab.start(["scenario", "server-crash", ...small]);
    await isSomewhere("exited");
    run.kill("SIGKILL");
    expect((await run).signal).toBe("SIGKILL");
    await isHealed();
    expect(await containers("exited")).toEqual([]);
    expect(await others()).toEqual(before);
  });

  it.each([
    ["settings", "redis-eviction", "redis", "redis-cli CONFIG GET maxmemory"],
    ["balancers' lists", "rolling-deploy-drain", "nginx", "grep 'server app1' /tmp/nginx/policies/cookie.conf"],
  ])("is healed of changed %s, too, which no state of a container shows", async (_, scenario, service, command) => {
    const look = async () => (await docker("exec", `${project}-${service}-1`, "sh", "-c", command)).join();
    const before = await look();
    const run = lab.start(["scenario", scenario, ...small]);
    const { ok } = await waitUntil({ look, until: (now) => now !== before, deadlineMs: patienceMs });
    run.kill("SIGKILL");
    expect({ ok, signal: (await run).signal }).toEqual({ ok: true, signal: "SIGKILL" });
    await isHealed();
    expect(await look()).toBe(before);
  });

  it("is left as it is when its record is damaged, and said so", async () => {
    const before = await statesOf(name);
    writeFileSync(join(lab.home, "labs", `${name}.jsonl`), "\0\0\0 not a record\n");
    const { stderr } = await lab.run(["runs"]);
    expect(stderr).toContain(`the record of the lab "${name}" cannot be read`);
    expect(await statesOf(name)).toEqual(before);
  });

  it("goes down with a frozen container and a damaged record; 4, and by name, what a guest on its network holds", async () => {
    await docker("pause", `${project}-app3-1`);
    const guest = `${name}-guest`;
    const sleeping = ["--network", `${project}_lab`, "--entrypoint", "sleep", await anyImage(), "infinity"];
    await docker("run", "--detach", "--name", guest, ...sleeping);
    try {
      for (const _ of ["once", "twice"])
        expect(await lab.run(["down"])).toMatchObject({
          exitCode: 4,
          stdout: `Left behind: network ${project}_lab (in use by ${guest}, not the lab's)`,
        });
      expect(await traces.left()).toEqual([`network ${project}_lab`, `record ${name}.jsonl`]);
      const endpoints = "{{range .Containers}}{{.Name}} {{end}}";
      expect(await docker("network", "inspect", "--format", endpoints, `${project}_lab`)).toEqual([`${guest} `]);
      expect(await docker("inspect", "--format", "{{.State.Status}}", guest)).toEqual(["running"]);
    } finally {
      await docker("rm", "-f", "-v", guest);
    }
    expect(await lab.run(["down"])).toMatchObject({ exitCode: 0 });
    expect(await traces.left()).toEqual([]);
    expect(await lab.run(["down"])).toMatchObject({ exitCode: 0, stdout: `There is no lab "${name}".` });
  });
});

/** Waits until the lab's record has a line of this type. */
async function recorded(type: string, where = traces): Promise<void> {
  await seenInTime(`a line "${type}" in the record`, {
    look: async () => where.record(),
    until: (types) => types.includes(type),
    deadlineMs: patienceMs,
    everyMs: 1,
  });
}

/** Nothing is left as soon as the README promises: as the engine that removes it is fast. */
async function nothingIsLeftSoon(): Promise<void> {
  const { left, waitedMs } = await traces.nothingLeft();
  expect(left).toEqual([]);
  expect(waitedMs).toBeLessThan(await soonMs());
}

/** All that was broken is on record as healed, as soon as the README promises. */
async function isHealed(): Promise<void> {
  const begin = performance.now();
  await seenInTime("all that was broken to be healed", {
    look: async () => traces.record(),
    until: (types) => types.at(-1) === "healed" && count(types, "breaking") === count(types, "healed"),
    deadlineMs: hangMs,
  });
  const waitedMs = performance.now() - begin;
  expect(waitedMs).toBeLessThan(await soonMs());
}

function count(types: readonly string[], wanted: string): number {
  return types.filter((type) => type === wanted).length;
}

/** Waits until a container of the lab is in this state. */
async function isSomewhere(state: "paused" | "exited"): Promise<void> {
  await seenInTime(`a container that is ${state}`, {
    look: () => containers(state),
    until: (found) => found.length > 0,
    deadlineMs: patienceMs,
  });
}

/** Of the lab, without the decoys. */
async function containers(state: "running" | "paused" | "exited"): Promise<string[]> {
  const filters = ["--filter", `label=dev.session-lab.lab=${name}`, "--filter", `status=${state}`];
  const found = await docker("ps", "--all", ...filters, "--format", "{{.Names}}");
  return found.filter((container) => !decoys.names.includes(`container ${container}`));
}

/** Each container of a lab with its identity, its state and its start. */
async function statesOf(one: string): Promise<string[]> {
  const ids = await docker("ps", "--all", "--quiet", "--filter", `label=dev.session-lab.lab=${one}`);
  const format = "container {{slice .Name 1}} {{.Id}} {{.State.Status}} {{.State.StartedAt}}";
  const lines = await docker("inspect", "--format", format, ...ids);
  return lines.filter((line) => !decoys.names.some((decoy) => line.startsWith(`${decoy} `))).sort();
}

async function secretOf(one: string): Promise<string> {
  const lines = await docker("inspect", "--format", '{{join .Config.Env "\\n"}}', `session-lab-${one}-app1-1`);
  return lines.find((line) => line.startsWith("SESSION_SECRET="))!;
}

/** Process ids of the watchdogs of this test's lab: the folder is in their command line. */
async function watchdogs(): Promise<number[]> {
  const lines = await processes(join(lab.home, "labs"), "pid,args");
  return lines.map((line) => Number.parseInt(line, 10));
}

/** A run whose Compose is about to ask for its third container: the network, volumes and two containers are there. */
async function runIntoCompose() {
  let asked = 0;
  let reach = () => {};
  const reached = new Promise<"reached">((resolve) => {
    reach = () => resolve("reached");
  });
  const line = await openEngineLine({
    onRequest(method, path) {
      if (method === "POST" && path.includes("/containers/create")) asked += 1;
      if (asked === 3) reach();
    },
  });
  const env = { DOCKER_HOST: line.address };
  const run = lab.start(["scenario", "login", ...small], { env });
  const how = await Promise.race([reached, run]);
  if (how !== "reached") throw new Error(`it ended before: ${how.stderr}`);
  traces.record();
  return { run, env, [Symbol.dispose]: () => line[Symbol.dispose]() };
}

/** To the whole process group, as a terminal does; each when the one before has been answered: signals that come at once are one. */
async function send(run: ReturnType<LabCommand["start"]>, signals: readonly NodeJS.Signals[]) {
  let said = "";
  run.stderr.on("data", (text) => {
    said += text;
  });
  for (const [index, signal] of signals.entries()) {
    process.kill(-run.pid!, signal);
    const answer = ["ending in good order", "removing at once"][index];
    if (answer === undefined) continue;
    await seenInTime(`"${answer}" after ${signal}`, {
      look: async () => said,
      until: (text) => text.includes(answer),
      deadlineMs: patienceMs,
      everyMs: 1,
    });
  }
}

/** A `docker` command that stops before each `compose up` and waits until the test lets it go on. */
function interceptCompose() {
  const folder = mkdtempSync(join(tmpdir(), "intercept-"));
  const script = `#!/bin/sh
case " $* " in *" up "*)
  n=1; while [ -e "$DOOR/told-$n" ]; do n=$((n + 1)); done
  env >"$DOOR/new"; mv "$DOOR/new" "$DOOR/told-$n"
  until [ -e "$DOOR/go-$n" ] || [ -e "$DOOR/go-all" ]; do sleep 0.05; done;;
esac
PATH=$REAL_PATH exec docker "$@"
`;
  writeFileSync(join(folder, "docker"), script, { mode: 0o755 });
  return {
    env: { DOOR: folder, PATH: `${folder}:${process.env.PATH}`, REAL_PATH: process.env.PATH! },
    /** @returns the environment of the n-th `compose up` */
    async opened(nth: number): Promise<Record<string, string>> {
      const told = join(folder, `told-${nth}`);
      const look = async () => existsSync(told);
      await seenInTime(`compose up number ${nth}`, { look, until: Boolean, deadlineMs: patienceMs });
      const lines = readFileSync(told, "utf8").split("\n");
      return Object.fromEntries(lines.map((line) => line.split("=", 2) as [string, string]));
    },
    goOn: (nth: number) => writeFileSync(join(folder, `go-${nth}`), ""),
    goOnForGood: () => writeFileSync(join(folder, "go-all"), ""),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
