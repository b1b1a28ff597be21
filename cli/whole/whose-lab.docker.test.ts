/** Several users, several containers, one engine: nobody takes away, breaks or uses what is another's, or what he cannot look at. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { thisProcess } from "../host/process-identity.ts";
import { type EngineGate, openEngineGate } from "../testing/engine-gate.ts";
import { inventory } from "../testing/engine-inventory.ts";
import { hangMs } from "../testing/engine-pace.ts";
import { inAnotherContainer, type LabOfAnother, placeLabOfAnother } from "../testing/labs-of-others.ts";
import { type LabCommand, labCommand } from "../testing/run-lab.ts";
import { seenInTime } from "../testing/seen-in-time.ts";

const name = "test-whose";
/** A user of this machine whose labs alone are taken by `--all`: other tests have theirs beside. */
const asStranger = { within: ["unshare", "--map-user=54321", "--map-group=54321"] };
/** As a container does: its processes have numbers of their own. */
const inContainer = { within: ["unshare", "--pid", "--fork", "--mount-proc"] };

let lab: LabCommand;
beforeEach(() => {
  lab = labCommand({ name });
});
afterEach(async () => {
  // Only after a test that failed.
  if ((await inventory(name)).length > 0) await lab.run(["down", "--force"]);
  lab[Symbol.dispose]();
});

describe.each([
  ["of another user", () => ({ owner: { ...thisProcess(), startedAt: "1" }, user: "bob" }), "belongs to bob on "],
  ["in another container", () => ({ owner: inAnotherContainer() }), "cannot be told from here"],
])("a lab %s", (_, whose, says) => {
  let other: LabOfAnother;
  beforeEach(async () => {
    other = await placeLabOfAnother({ name, ...whose() });
  });
  afterEach(async () => {
    await other[Symbol.asyncDispose]();
  });

  it.each([["down"], ["up"], ["scenario", "login", "--users", "1"]])(
    "is refused to `lab %s`: who and what is said, and nothing of it is touched",
    async (...words) => {
      const { exitCode, stderr } = await lab.run(words);
      expect(stderr).toContain(says);
      expect(exitCode).toBe(3);
      expect(await other.now()).toEqual(other.all);
    },
  );

  it("is no remains to `lab doctor`, is left by `down --all`, and by the next command of anybody", async () => {
    const { stdout } = await lab.run(["doctor"]);
    expect(stdout).toContain(`${name} (without a balancer, of `);
    // There may be remains of other tests' labs.
    expect(/Remains of labs without a balancer: (.*)\./.exec(stdout)?.[1]?.split(", ") ?? []).not.toContain(name);
    const all = await lab.run(["down", "--all"], asStranger);
    expect(all.stderr).toContain(`left: the lab "${name}" of `);
    await lab.run(["runs"]);
    expect(await other.now()).toEqual(other.all);
  });

  it("is removed by whoever says --force", async () => {
    expect(await lab.run(["down", "--force"])).toMatchObject({ exitCode: 0 });
    expect(await inventory(name)).toEqual([]);
  });
});

describe("two jobs in containers, each with a state folder of its own, that share the engine", () => {
  let gate: EngineGate;
  let second: LabCommand;
  beforeAll(async () => {
    gate = await openEngineGate();
    second = labCommand({ name });
  });
  afterAll(() => {
    gate[Symbol.dispose]();
    second[Symbol.dispose]();
  });

  it("do not remove each other's lab while it starts, and do not use or end it when it is there", async () => {
    gate.hold(/^POST .*\/containers\/create/);
    const options = { ...inContainer, env: { DOCKER_HOST: gate.address } };
    const first = lab.start(["up"], options);
    await gate.hasHeld();
    const begun = await inventory(name);
    expect(begun).not.toEqual([]);

    const scenario = ["scenario", "login", "--policy", "cookie", "--store", "memory", "--users", "1"];
    const refused = await second.run(scenario, inContainer);
    expect(refused.stderr).toContain(`The lab "${name}" of `);
    expect(refused.stderr).toContain("cannot be told from here");
    expect(refused.stderr).toContain("--name other");
    expect(refused.stderr).toContain("(lab-busy)");
    expect(refused.exitCode).toBe(3);
    expect(await inventory(name)).toEqual(begun);

    gate.open();
    expect(await first).toMatchObject({ exitCode: 0 });
    for (const words of [scenario, ["down"], ["reset"], ["fault", "kill", "app1"], ["heal"], ["watch", "--no-open"]])
      expect([words[0], await second.run(words, inContainer)]).toEqual([
        words[0],
        expect.objectContaining({ exitCode: 3, stderr: expect.stringContaining("(lab-busy)") }),
      ]);
    expect((await second.run(["status"], inContainer)).exitCode).toBe(0);
    expect(await lab.run(["down"], options)).toMatchObject({ exitCode: 0 });
    expect(await inventory(name)).toEqual([]);
  });
});

it("a lab that is on record in another state folder is soon gone, too, when `lab down` is killed while it removes it", async () => {
  using second = labCommand({ name });
  using gate = await openEngineGate();
  await lab.up();
  gate.hold(/^DELETE .*\/networks\//);
  const down = second.start(["down", "--force"], { env: { DOCKER_HOST: gate.address } });
  await gate.hasHeld();
  down.kill("SIGKILL");
  expect((await down).signal).toBe("SIGKILL");
  expect(await inventory(name)).not.toEqual([]);
  gate.drop();
  await seenInTime("the watchdog to remove the rest, and its record", {
    look: async () => [...(await inventory(name)), ...readdirSync(join(second.home, "labs"))],
    until: (left) => left.length === 0,
    deadlineMs: hangMs,
  });
});

describe("a run of this user on a lab that stays", () => {
  it("is not ended by `lab down`, and is by `lab down --force`; then nothing is left, and the run says so", async () => {
    await lab.up();
    const run = lab.start(["scenario", "login", "--policy", "cookie", "--store", "memory", "--users", "2000"]);
    let said = "";
    run.stderr.on("data", (text) => {
      said += text;
    });
    await seenInTime("the users to log in", {
      look: async () => said,
      until: (text) => text.includes("users log in"),
      deadlineMs: hangMs,
    });
    const refused = await lab.run(["down"]);
    expect(refused.stderr).toContain(`On the lab "${name}" "lab scenario login" of process ${run.pid}`);
    expect(refused.stderr).toContain(`\`lab down --name ${name} --force\``);
    expect(refused.exitCode).toBe(3);
    expect(await lab.run(["down", "--force"])).toMatchObject({ exitCode: 0 });
    expect(await inventory(name)).toEqual([]);
    expect([0, undefined]).not.toContain((await run).exitCode);
  });
});

describe("what has the lab's id in its environment", () => {
  it("lives when the lab goes: a program, Docker's own program, the shell in which `lab down` is typed", async () => {
    await lab.up();
    const [first] = readFileSync(join(lab.home, "labs", `${name}.jsonl`), "utf8").split("\n");
    const { id } = JSON.parse(first!) as { id: string };
    const env = { ...process.env, LAB_ID: id, LAB_NAME: name };
    const bystanders = [
      spawn("sleep", ["infinity"], { env, stdio: "ignore" }),
      spawn("docker", ["events"], { env, stdio: "ignore", detached: true }),
    ];
    try {
      const shell = ["sh", "-c", `export LAB_ID=${id}; "$@"; echo "and $?"`, "sh"];
      const { stdout } = await lab.run(["down"], { within: shell });
      expect(stdout).toBe(`The lab "${name}" is removed; nothing is left.\nand 0`);
      expect(bystanders.map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual([null, null]);
    } finally {
      for (const child of bystanders) child.kill("SIGKILL");
    }
  });
});
