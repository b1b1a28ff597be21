/** Things break when nobody planned it, two at once, or for good: what the lab then says is true. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Outcome, runExperiment } from "../experiment/experiment.ts";
import kill from "../faults/kill.ts";
import refuseWrites from "../faults/refuse-writes.ts";
import type { Lab } from "../lab/identity/lab.ts";
import { labDeployment } from "../lab/lab-deployment.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { openLabServices } from "../lab/lab-services.ts";
import { becomeReady, findLab } from "../lab/start-lab.ts";
import serverCrash from "../scenarios/server-crash.ts";
import type { Fault } from "../servers/fault.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";
import { selectArchitectures } from "../theory/architectures.ts";
import type { Scenario } from "../theory/scenario.ts";
import type { Step } from "../theory/step-table.ts";
import {
  everyoneBrowses,
  everyoneChecksIn,
  everyoneLogsIn,
  everyoneReadsBack,
  everyoneShops,
  healEverything,
  inject,
  someLogIn,
  someShop,
  tell,
} from "../theory/steps.ts";

const name = "test-untimely";
const command = labCommand({ name });
const engine = new LabEngine();
const on = (service: string) => engine.containerOf(lab, service);
const asked = { policies: ["cookie"], stores: ["memory", "redis", "redis-aof"] };
let lab: Lab;
beforeAll(async () => {
  await command.up();
  process.env.LAB_HOME = command.home;
  lab = (await findLab(name, engine))!;
});
/** What was started again by hand is not there at once: the app servers have to find it first. */
afterEach(() => becomeReady(lab, selectArchitectures(asked), engine, new AbortController().signal));
afterAll(async () => {
  await command.run(["down"]);
  command[Symbol.dispose]();
});

const nothingPlanned: Scenario["expect"] = () => ({ fate: "survived", because: "nothing is meant to break" });

/** @param meanwhile what the audience hears -> what happens behind the lab's back while it hears it */
function play(
  steps: Step[],
  {
    expect = nothingPlanned,
    meanwhile = {},
  }: { expect?: Scenario["expect"]; meanwhile?: Record<string, () => Promise<void>> } = {},
): Promise<Outcome> {
  return runExperiment(
    {
      scenarioId: "untimely",
      scenario: { ...serverCrash, steps, expect },
      architectures: selectArchitectures(asked),
      users: 6,
      seed: 7,
      victim: "app2",
      name,
      keep: true,
      command: "",
    },
    { tell: (text) => meanwhile[text]?.(), doing: () => {} },
    { signal: new AbortController().signal, received: undefined, onSecond: async () => {}, release: () => {} },
  );
}

const shopped = [everyoneLogsIn(), everyoneShops(), everyoneReadsBack()];
const aWhileLater = [everyoneBrowses({ forMs: 200 }), everyoneChecksIn()];

describe("what nobody planned", () => {
  it("Redis dies while people log in: its users are not judged, and nobody is called lost", async () => {
    const { result } = await play(
      [
        someLogIn("first"),
        tell("now"),
        someLogIn("second", "third"),
        everyoneShops(),
        everyoneReadsBack(),
        ...aWhileLater,
      ],
      { meanwhile: { now: () => on("redis").then((container) => container.kill()) } },
    );
    await labDeployment(lab, engine).bring("redis");
    expect([result.verdict, ...fatesOf(result)]).toEqual([
      "inconclusive",
      "cookie.memory: 6 survived",
      "cookie.redis: 6 not-judged",
      "cookie.redis-aof: 6 survived",
      expect.stringMatching(/^redis was ended by somebody else \(exit code 137\) at \d+\.\d s$/),
      expect.stringContaining("6 of 6 sessions could not be judged: redis was ended by somebody else"),
    ]);
  });

  it("Redis hangs while people shop: what it did not acknowledge is neither missed nor demanded", async () => {
    const { result, folder } = await play(
      [
        everyoneLogsIn(),
        someShop("first"),
        tell("now"),
        someShop("second", "third"),
        tell("later"),
        everyoneReadsBack(),
        ...aWhileLater,
      ],
      {
        meanwhile: {
          now: () => on("redis").then((container) => container.pause()),
          later: () => on("redis").then((container) => container.unpause()),
        },
      },
    );
    expect(unknownWrites(folder)).toBe(4);
    expect([result.verdict, ...fatesOf(result)]).toEqual([
      "confirmed",
      "cookie.memory: 6 survived",
      "cookie.redis: 6 survived",
      "cookie.redis-aof: 6 survived",
    ]);
  });

  it("an app server hangs before anything is broken: whom the balancer then led elsewhere is not judged", async () => {
    const { result } = await play(
      [everyoneLogsIn(), everyoneShops(), tell("now"), everyoneReadsBack(), tell("later"), ...aWhileLater],
      {
        meanwhile: {
          now: () => on("app2").then((container) => container.pause()),
          later: () => on("app2").then((container) => container.unpause()),
        },
      },
    );
    expect([result.verdict, ...fatesOf(result)]).toEqual([
      "inconclusive",
      "cookie.memory: 2 not-judged, 4 survived",
      "cookie.redis: 6 survived",
      "cookie.redis-aof: 6 survived",
      "cookie.memory inconclusive: 2 of 6 sessions could not be judged: the balancer gave up on app2, which nobody had broken: it was too slow, or died",
    ]);
  });

  it("an app server dies and stays away: whether its sessions are lost nobody can know", async () => {
    const { result } = await play([...shopped, tell("now"), ...aWhileLater], {
      meanwhile: { now: () => on("app2").then((container) => container.kill()) },
    });
    await labDeployment(lab, engine).bring("app2");
    expect([result.verdict, ...fatesOf(result)]).toEqual([
      "inconclusive",
      "cookie.memory: 2 not-judged, 4 survived",
      "cookie.redis: 6 survived",
      "cookie.redis-aof: 6 survived",
      expect.stringMatching(/^app2 was ended by somebody else \(exit code 137\) at \d+\.\d s$/),
      expect.stringContaining("2 of 6 sessions could not be judged: app2 was ended by somebody else"),
    ]);
  });
});

it("two faults at once: each loss is laid to the one that caused it", async () => {
  const { result } = await play(
    [
      ...shopped,
      inject(kill("app2"), kill("redis")),
      everyoneBrowses({ forMs: 500 }),
      healEverything(),
      everyoneChecksIn(),
    ],
    {
      expect: ({ store, home }) =>
        (store.id === "memory" && home === "app2") || store.id === "redis"
          ? { fate: "lost", because: "what held it died" }
          : { fate: "survived", because: "what holds it was not touched" },
    },
  );
  const causes = result.architectures.flatMap(({ id, causes }) =>
    causes.map(({ cause, sessions }) => `${id}: ${sessions} ${cause}`),
  );
  expect([result.verdict, ...fatesOf(result), ...causes]).toEqual([
    "confirmed",
    "cookie.memory: 2 lost, 4 survived",
    "cookie.redis: 6 lost",
    "cookie.redis-aof: 6 survived",
    "cookie.memory: 2 process-memory-died",
    "cookie.redis: 6 store-restarted-without-it",
  ]);
});

describe("a fault that does not heal", () => {
  it.each([
    [
      "and fails",
      () => Promise.reject(new Error("no way")),
      ["fault not healed: refuse-writes redis"],
      ["the lab raised an alarm: not healed: refuse-writes redis (no way)"],
    ],
    ["and does as if it had", async () => {}, [], []],
  ])("%s: nothing is confirmed, whatever the sessions look like", async (_, heal, alsoSaid, atTheEnd) => {
    const stubborn: Fault = { ...refuseWrites("redis"), heal };
    const { result } = await play([...shopped, inject(stubborn), healEverything(), everyoneChecksIn()]);
    await using services = openLabServices(lab, engine);
    await services.named("redis").redis().restore();
    expect([result.verdict, ...fatesOf(result)]).toEqual([
      "inconclusive",
      "cookie.memory: 6 survived",
      "cookie.redis: 6 survived",
      "cookie.redis-aof: 6 survived",
      ...alsoSaid,
      expect.stringMatching(
        /^the lab did not settle after the repair: a new user cannot log-in on app\d with redis: 503/,
      ),
      ...atTheEnd,
    ]);
  });
});

/** Writes that were sent and never acknowledged. */
function unknownWrites(folder: string): number {
  const events = readFileSync(join(folder, "history.jsonl"), "utf8").trim().split("\n");
  return events
    .map((line) => JSON.parse(line))
    .filter(({ kind, outcome }) => kind === "add-item" && outcome === "unknown").length;
}
