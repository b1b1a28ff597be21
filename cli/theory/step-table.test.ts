import { describe, expect, it } from "vitest";
import join from "../faults/join.ts";
import kill from "../faults/kill.ts";
import restart from "../faults/restart.ts";
import type { Measure } from "./facts.ts";
import { phaseOf, takeTurns, tellSteps } from "./step-table.ts";
import {
  everyoneBrowses,
  everyoneLogsIn,
  forEachAppServer,
  given,
  healEverything,
  inject,
  measureOnce,
  tell,
} from "./steps.ts";
import { everyRedis, everySpare, thatServer, victim } from "./targets.ts";

const known = {
  victim: "two",
  services: [
    { name: "one", role: "app-server" as const },
    { name: "two", role: "app-server" as const },
    { name: "more", role: "app-server" as const, spare: true as const },
  ],
};
const measure: Measure = {
  name: "something",
  unit: "requests",
  value: () => 0,
  bound: () => ({ because: "it is so" }),
};

describe("for each app server", () => {
  it("the same is done to one after the other, in their order", () => {
    const steps = takeTurns(
      [tell("Now."), forEachAppServer(inject(restart(thatServer)), healEverything())],
      ["one", "two"],
    );
    expect(tellSteps(steps, known).map((line) => line.replace(/ \(.*/, ""))).toEqual([
      '"Now."',
      "restart one",
      expect.stringContaining("repaired"),
      "restart two",
      expect.stringContaining("repaired"),
    ]);
  });

  it("what is measured once is measured in the first turn only", () => {
    const steps = takeTurns([forEachAppServer(everyoneBrowses({ forMs: 1 }), measureOnce(measure))], ["one", "two"]);
    expect(steps.map((step) => step.do)).toEqual(["browse", "measure", "browse"]);
  });

  it("other targets stay what they are", () => {
    const [step] = takeTurns([forEachAppServer(inject(kill(victim)))], ["one"]);
    expect(step).toMatchObject({ faults: [{ target: victim }] });
  });
});

it("a plan names the services that a fault is aimed at, where they are known beforehand", () => {
  const [line] = tellSteps([inject(kill(victim), join(everySpare), kill(everyRedis), kill("master"))], known);
  expect(line!.split("\n").map((each) => each.trim().replace(/ \(.*/, ""))).toEqual([
    "kill two",
    "join more",
    "kill every-redis",
    "kill master",
  ]);
});

it("says of what is given that it is no fault of the experiment", () => {
  expect(tellSteps([given(kill(victim))], known)).toEqual([expect.stringMatching(/^given: kill two \(SIGKILL/)]);
});

it("a phase begins with the step that begins it, and no other", () => {
  const phases = [everyoneLogsIn(), tell("Now."), inject(kill(victim)), given(kill(victim))].map(phaseOf);
  expect(phases).toEqual(["baseline", undefined, "fault", undefined]);
});
