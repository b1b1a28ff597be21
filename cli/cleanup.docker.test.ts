/** Whatever a command dies of, nothing that it started remains, and nothing else is touched. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openEngineLine } from "./testing/cut-off-engine.ts";
import { type Decoys, placeDecoys } from "./testing/decoys.ts";
import { docker, inventory, processes } from "./testing/engine-inventory.ts";
import { labCommand } from "./testing/run-lab.ts";
import { waitUntil } from "./wait.ts";

const name = "test-clean";
const small = ["--users", "1", "--policy", "cookie", "--store", "memory"];
/** What the README promises of `kill -9`. */
const promisedMs = 15_000;

let lab: ReturnType<typeof labCommand>;
let decoys: Decoys;
beforeAll(async () => {
  // A run of these tests that was killed itself.
  using before = labCommand({ name });
  await before.run(["down"]);
  decoys = await placeDecoys(name);
});
beforeEach(() => {
  lab = labCommand({ name });
});
afterEach(async () => {
  await lab.run(["down"]);
  // TMPDIR points here, too: no temporary file is left.
  expect(readdirSync(lab.home).filter((entry) => !["labs", "runs", "file"].includes(entry))).toEqual([]);
  lab[Symbol.dispose]();
  expect(await decoys.untouched()).toEqual(decoys.all);
});
afterAll(() => decoys[Symbol.asyncDispose]());

describe("kill -9", () => {
  it.each([
    ["before Compose is called", "started", "login"],
    ["while Compose works", "starting", "login"],
    ["while something is broken", "breaking", "server-crash"],
  ])("%s: nothing is left after 15 s", async (_, line, scenario) => {
    const run = lab.start(["scenario", scenario, ...small]);
    await recorded(line);
    run.kill("SIGKILL");
    await run;
    await nothingIsLeftInTime();
  });

  it("of the watchdog first, then of the command: the next command removes everything", async () => {
    const run = lab.start(["scenario", "login", ...small]);
    await recorded("starting");
    await waitUntil({ look: ofLab, until: (found) => found.length > 3, deadlineMs: 30_000 });
    for (const pid of await watchdogs()) process.kill(pid, "SIGKILL");
    run.kill("SIGKILL");
    await run;
    expect(await ofLab()).not.toEqual([]);

    const { exitCode, stderr } = await lab.run(["runs"]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: `lab: removed what process ${run.pid}, which died, had left of the lab "${name}"`,
    });
    await nothingIsLeftInTime();
  });

  it("of a command that uses a lab which stays: what it broke is healed, the lab stays", async () => {
    await lab.run(["up"]);
    const before = await ofLab();
    const run = lab.start(["scenario", "server-crash", ...small]);
    await recorded("breaking");
    await waitUntil({ look: running, until: (count) => count < before.length - 3, deadlineMs: 30_000 });
    run.kill("SIGKILL");
    await run;

    const { seen } = await waitUntil({ look: () => lastLine(), until: isHealed, deadlineMs: promisedMs, everyMs: 100 });
    expect(seen).toMatchObject({ type: "healed", kind: "kill", target: "app2" });
    expect(await running()).toBe(before.length - 3);
    expect(await ofLab()).toEqual(before);
    expect(await processes(lab.home)).toEqual([]);

    // What no state of a container shows: settings, and the balancers' lists.
    for (const [scenario, service, ...words] of [
      ["redis-eviction", "redis", "redis-cli", "CONFIG", "GET", "maxmemory"],
      ["rolling-deploy-drain", "nginx", "grep", "server app1", "/tmp/nginx/policies/cookie.conf"],
    ] as const) {
      const look = async () => (await docker("exec", `session-lab-${name}-${service}-1`, ...words)).join();
      const asItWas = await look();
      const next = lab.start(["scenario", scenario, ...small]);
      await waitUntil({ look, until: (now) => now !== asItWas, deadlineMs: 30_000 });
      next.kill("SIGKILL");
      await next;
      await waitUntil({ look: () => lastLine(), until: isHealed, deadlineMs: promisedMs, everyMs: 100 });
      expect(await look()).toBe(asItWas);
    }
  });
});

describe("signals", () => {
  it.each([
    [["SIGHUP"], 129],
    [["SIGINT", "SIGINT"], 130],
    [["SIGINT", "SIGINT", "SIGINT"], 130],
  ] as [NodeJS.Signals[], number][])("%s while the lab starts: nothing is left", async (signals, code) => {
    const run = lab.start(["scenario", "login", ...small]);
    await recorded("starting");
    await waitUntil({ look: ofLab, until: (found) => found.length > 3, deadlineMs: 30_000 });
    let said = "";
    run.stderr.on("data", (text) => {
      said += text;
    });
    for (const [index, signal] of signals.entries()) {
      run.kill(signal);
      // Signals that come at once are one.
      const answer = ["ending in good order", "removing at once"][index];
      if (answer)
        await waitUntil({
          look: async () => said,
          until: (text) => text.includes(answer),
          deadlineMs: 5_000,
          everyMs: 1,
        });
    }
    expect((await run).exitCode).toBe(code);
    await nothingIsLeftInTime();
  });
});

it("a reader that goes away (closed stdout): nothing is left", async () => {
  const run = lab.start(["scenario", "login", ...small, "--json"]);
  run.stdout.destroy();
  run.stderr.destroy();
  expect((await run).exitCode).toBe(0);
  await nothingIsLeftInTime();
});

it("the engine is cut off in the middle: said so with exit code 3, and removed as soon as it answers again", async () => {
  using line = await openEngineLine();
  const run = lab.start(["scenario", "server-crash", ...small], { env: { DOCKER_HOST: line.address } });
  await recorded("breaking");
  line.cut();
  const { exitCode, stderr } = await run;
  expect(String(stderr)).toContain("No Docker engine answers at");
  expect(exitCode).toBe(3);
  expect(await ofLab()).not.toEqual([]);

  await line.mend();
  await nothingIsLeftInTime();
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
  } finally {
    thief.close();
    await docker("network", "rm", "-f", `${name}-thief`);
  }
});

it("three labs start at the same instant; one going down leaves the other two as they are", async () => {
  const three = [1, 2, 3].map((number) => labCommand({ name: `${name}-${number}` }));
  try {
    const ups = await Promise.all(three.map((one) => one.run(["up"])));
    expect(ups.map(({ exitCode, stderr }) => (exitCode === 0 ? "up" : stderr))).toEqual(["up", "up", "up"]);
    const secrets = await Promise.all(three.map((_, index) => secretOf(`${name}-${index + 1}`)));
    expect(new Set(secrets).size).toBe(3);
    const others = async () => [await inventory(`${name}-2`), await inventory(`${name}-3`)];
    const before = await others();
    expect((await three[0]!.run(["down"])).exitCode).toBe(0);
    expect(await inventory(`${name}-1`)).toEqual([]);
    expect(await others()).toEqual(before);
    expect((await three[1]!.run(["scenario", "login", ...small])).exitCode).toBe(0);
  } finally {
    await Promise.all(three.map((one) => one.run(["down"])));
    for (const one of three) one[Symbol.dispose]();
  }
});

it("a name is one command's at a time, and a damaged record removes nothing and goes with its lab", async () => {
  const first = lab.start(["up"]);
  await recorded("started");
  const second = await lab.run(["up"]);
  expect(second.stderr).toContain(`The lab "${name}" belongs to process ${first.pid}`);
  expect(second.exitCode).toBe(3);
  expect((await first).exitCode).toBe(0);

  const before = await ofLab();
  writeFileSync(recordFile(), "\0\0\0 not a record\n");
  const { stderr } = await lab.run(["runs"]);
  expect(stderr).toContain(`the record of the lab "${name}" cannot be read`);
  expect(await ofLab()).toEqual(before);
  expect(await lab.run(["down"])).toMatchObject({ exitCode: 0 });
  expect(records()).toEqual([]);
});

describe("the lab's own folder", () => {
  it("cannot be written: nothing is started", async () => {
    const file = join(lab.home, "file");
    writeFileSync(file, "");
    const { exitCode, stderr } = await lab.run(["up"], { env: { LAB_HOME: join(file, "home") } });
    expect(stderr).toContain("cannot be written: ENOTDIR");
    expect(exitCode).toBe(3);
    expect(await ofLab()).toEqual([]);
  });

  it("is on a disk that is full when the run begins: said so, and nothing is left", async () => {
    // A disk of this process alone, which goes with it: enough for the record, not for the history.
    const script = 'mount -t tmpfs -o size=20k none "$LAB_HOME" && exec "$@"';
    const { exitCode, stderr } = await lab.run(["scenario", "login", ...small, "--users", "60"], {
      within: ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"],
    });
    expect(stderr).toContain("cannot be written: the disk is full");
    expect(exitCode).toBe(3);
    await nothingIsLeftInTime();
  });
});

/** Nothing with the lab's labels, no process that knows its folder or its project, no record of it. */
async function nothingIsLeftInTime(): Promise<void> {
  const look = [ofLab, () => processes(lab.home), () => processes(`session-lab-${name} `), async () => records()];
  const { seen } = await waitUntil({
    look: async () => (await Promise.all(look.map((one) => one()))).flat(),
    until: (left) => left.length === 0,
    deadlineMs: promisedMs,
    everyMs: 100,
  });
  expect(seen).toEqual([]);
}

/** What there is of the lab on the engine, without the decoys. */
async function ofLab(): Promise<string[]> {
  const names = decoys.all.map((line) => line.split(" ").slice(0, 2).join(" "));
  return (await inventory(name)).filter((line) => !names.includes(line));
}

function recordFile(): string {
  return join(lab.home, "labs", `${name}.jsonl`);
}

function records(): string[] {
  const folder = join(lab.home, "labs");
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Waits until the lab's record has a line of this type. */
async function recorded(type: string): Promise<void> {
  const look = async () =>
    records()
      .map((file) => readFileSync(join(lab.home, "labs", file), "utf8"))
      .join("");
  const { ok, seen } = await waitUntil({
    look: () => look().catch(() => ""),
    until: (text) => text.includes(`{"type":"${type}"`),
    deadlineMs: 30_000,
    everyMs: 1,
  });
  if (!ok) throw new Error(`no line "${type}" in the record:\n${seen}`);
}

function lastLine(): Promise<{ type: string }> {
  return Promise.resolve(JSON.parse(readFileSync(recordFile(), "utf8").trim().split("\n").at(-1)!));
}

function isHealed({ type }: { type: string }): boolean {
  return type === "healed";
}

async function secretOf(one: string): Promise<string> {
  const lines = await docker("inspect", "--format", '{{join .Config.Env "\\n"}}', `session-lab-${one}-app1-1`);
  return lines.find((line) => line.startsWith("SESSION_SECRET="))!;
}

async function running(): Promise<number> {
  return (await docker("ps", "-q", "--filter", `label=dev.session-lab.lab=${name}`)).length;
}

/** Process ids of the watchdogs of this test's labs: the folder is in their command line. */
async function watchdogs(): Promise<number[]> {
  const lines = await processes(join(lab.home, "labs"), "pid,args");
  return lines.map((line) => Number.parseInt(line, 10));
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
      const { ok } = await waitUntil({ look: async () => existsSync(told), until: Boolean, deadlineMs: 60_000 });
      if (!ok) throw new Error(`there was no compose up number ${nth}`);
      const lines = readFileSync(told, "utf8").split("\n");
      return Object.fromEntries(lines.map((line) => line.split("=", 2) as [string, string]));
    },
    goOn: (nth: number) => writeFileSync(join(folder, `go-${nth}`), ""),
    goOnForGood: () => writeFileSync(join(folder, "go-all"), ""),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
