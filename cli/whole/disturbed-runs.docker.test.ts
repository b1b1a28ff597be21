/** Several commands, or somebody with Docker at hand, on one lab: what would falsify a run is refused, or told and not judged. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Outcome, runExperiment } from "../experiment/experiment.ts";
import freeze from "../faults/freeze.ts";
import { type Lab, projectOf } from "../lab/identity/lab.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { becomeReady, findLab } from "../lab/start-lab.ts";
import login from "../scenarios/login.ts";
import { docker } from "../testing/engine-inventory.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";
import { selectArchitectures } from "../theory/architectures.ts";
import type { Step } from "../theory/step-table.ts";
import {
  everyoneBrowses,
  everyoneChecksIn,
  everyoneLogsIn,
  everyoneReadsBack,
  everyoneShops,
  healEverything,
  inject,
  measure,
  tell,
} from "../theory/steps.ts";

const name = "test-disturbed";
const command = labCommand({ name });
const engine = new LabEngine();
const asked = { policies: ["cookie", "cookie-learn"], stores: ["memory", "redis"] };
let lab: Lab;
beforeAll(async () => {
  await command.up();
  process.env.LAB_HOME = command.home;
  lab = (await findLab(name, engine))!;
});
afterEach(() => becomeReady(lab, selectArchitectures(asked), engine, new AbortController().signal));
afterAll(async () => {
  await command.run(["down"]);
  command[Symbol.dispose]();
});

/** @param now what happens when the audience hears "now" */
function play(steps: Step[], now: () => Promise<unknown>): Promise<Outcome> {
  return runExperiment(
    {
      scenarioId: "disturbed",
      scenario: { ...login, steps, expect: () => ({ fate: "survived", because: "nothing is meant to break" }) },
      architectures: selectArchitectures(asked),
      users: 3,
      seed: 7,
      victim: "app2",
      name,
      keep: true,
      command: "",
    },
    {
      tell: async (text) => {
        if (text === "now") await now();
      },
      doing: () => {},
    },
    { signal: new AbortController().signal, received: undefined, onSecond: async () => {}, release: () => {} },
  );
}

const shopped = [everyoneLogsIn(), everyoneShops(), everyoneReadsBack()];
const container = (service: string) => `${projectOf(name)}-${service}-1`;

/** By somebody who knows nothing of the lab; returns when it answers again, so that only the restart itself is left to see. */
async function restartedByHand(service: string): Promise<void> {
  await docker("restart", "--time", "0", container(service));
  await becomeReady(lab, selectArchitectures(asked), engine, new AbortController().signal);
}

describe("what somebody restarts in the middle of a run", () => {
  it("takes out of the judgement what lived there, names it and the time, and nothing else", async () => {
    const { result } = await play([...shopped, tell("now"), everyoneChecksIn()], () => restartedByHand("app1"));
    const says = expect.stringMatching(/^app1 was restarted by somebody else at \d+\.\d s$/);
    expect([result.verdict, ...fatesOf(result)]).toEqual([
      "inconclusive",
      "cookie.memory: 1 not-judged, 2 survived",
      "cookie.redis: 3 survived",
      "cookie-learn.memory: 1 not-judged, 2 survived",
      "cookie-learn.redis: 3 survived",
      says,
      expect.stringContaining("cookie.memory inconclusive: 1 of 3 sessions could not be judged: app1 was restarted"),
      expect.stringContaining("cookie-learn.memory inconclusive: 1 of 3 sessions could not be judged: app1 was"),
    ]);
  });

  it("is no theory's fault where it is a store, or a balancer that remembers who belongs where", async () => {
    const { result } = await play([...shopped, tell("now"), everyoneChecksIn()], async () => {
      await restartedByHand("redis");
      await restartedByHand("nginx");
    });
    expect([result.verdict, ...fatesOf(result).slice(0, 4)]).toEqual([
      "inconclusive",
      "cookie.memory: 3 survived",
      "cookie.redis: 3 not-judged",
      "cookie-learn.memory: 3 not-judged",
      "cookie-learn.redis: 3 not-judged",
    ]);
  });

  it("is told apart from what the run itself does to the same service", async () => {
    const steps = [...shopped, inject(freeze("app2")), tell("now"), healEverything(), everyoneChecksIn()];
    const { result } = await play(steps, async () => {
      await docker("unpause", container("app2"));
      await restartedByHand("app2");
      await docker("pause", container("app2"));
    });
    expect(result.reasons[0]).toMatch(/^app2 was restarted by somebody else at /);
    expect([result.verdict, ...fatesOf(result)[0]!.split(": ")]).toEqual([
      "inconclusive",
      "cookie.memory",
      "1 not-judged, 2 survived",
    ]);
  });
});

describe("while a run is in progress", () => {
  it.each([
    ["scenario", ["scenario", "login", "--policy", "cookie", "--store", "redis", "--users", "1"]],
    ["fault", ["fault", "kill", "app1"]],
    ["heal", ["heal"]],
    ["reset", ["reset"]],
    ["down", ["down"]],
    ["up, which would mend what the run has broken,", ["up"]],
  ])("%s is refused, and names the run", async (_, args) => {
    let refused: { exitCode: number | undefined; stderr: string } | undefined;
    const { result } = await play([...shopped, tell("now"), everyoneChecksIn()], async () => {
      refused = await command.run(args);
    });
    expect(refused).toMatchObject({ exitCode: 3 });
    expect(refused?.stderr).toContain(`"lab scenario disturbed" of process ${process.pid} on `);
    expect(refused?.stderr).toContain("(lab-in-use)");
    expect([result.verdict, result.reasons]).toEqual(["confirmed", []]);
  });

  it("whoever is told to wait, waits for its end, and then does what was asked", async () => {
    let waiting: ReturnType<typeof command.start> | undefined;
    const { result } = await play([...shopped, tell("now"), everyoneChecksIn()], async () => {
      waiting = command.start(["fault", "freeze", "app1", "--wait"]);
      for await (const chunk of waiting.stderr!) if (String(chunk).includes("waiting for")) break;
    });
    expect([result.verdict, result.reasons]).toEqual(["confirmed", []]);
    expect((await waiting)?.exitCode).toBe(0);
    expect((await (await engine.containerOf(lab, "app1")).state()).paused).toBe(true);
    expect(await command.run(["heal"])).toMatchObject({ exitCode: 0 });
  });

  it("a user may log in by hand, unless the run counts sessions", async () => {
    const counting = measure({
      name: "sessions",
      unit: "sessions",
      looksIntoStore: "now",
      value: () => 0,
      bound: () => ({ because: "it is only about looking" }),
    });
    const logIn = () => command.run(["user", "alice", "login", "--at", "cookie.memory"]);
    const outcomes: (number | undefined)[] = [];
    for (const steps of [[], [counting]])
      await play([...shopped, tell("now"), ...steps, everyoneChecksIn()], async () => {
        outcomes.push((await logIn()).exitCode);
      });
    expect(outcomes).toEqual([0, 3]);
  });
});

describe("a lab that is not well before a run", () => {
  it("is named at once, with all that is wrong and the command that mends it", async () => {
    for (const fault of [
      ["kill", "app1"],
      ["freeze", "redis"],
      ["partition", "redis-rdb"],
    ])
      expect((await command.run(["fault", ...fault])).exitCode).toBe(0);
    const { exitCode, stderr } = await command.run(["scenario", "login", "--policy", "cookie", "--store", "jwt"]);
    expect(exitCode).toBe(3);
    for (const says of [
      "app1 is not running, exit code 137",
      "redis is frozen",
      "redis-rdb is cut off from the network",
      `lab heal --name ${name}`,
      "(lab-unwell)",
    ])
      expect(stderr).toContain(says);
    expect(await command.run(["heal"])).toMatchObject({ exitCode: 0 });
    expect((await command.run(["fault", "drain", "app3"])).exitCode).toBe(0);
    expect((await command.run(["scenario", "login", "--users", "1"])).stderr).toContain(
      "app3 is draining in the balancers' lists",
    );
    expect(await command.run(["heal"])).toMatchObject({ exitCode: 0 });
  });
});

describe("a command that dies in the middle of a run", () => {
  it("keeps nobody out", async () => {
    const dying = command.start(["scenario", "login", "--policy", "cookie", "--store", "redis", "--users", "300"]);
    for await (const chunk of dying.stderr!) if (String(chunk).includes("users log in")) break;
    dying.kill("SIGKILL");
    await dying;
    const { result } = await play([...shopped, everyoneBrowses({ forMs: 100 }), everyoneChecksIn()], () => sleep(0));
    expect(result.reasons).toEqual([]);
  });
});
