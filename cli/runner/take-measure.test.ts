import { expect, it } from "vitest";
import type { Measure, Seen } from "../theory/facts.ts";
import { takeMeasure } from "./take-measure.ts";
import { setStage } from "./testing/stage.ts";
import { everyoneBrowses, everyoneLogsIn } from "./users-act.ts";

/** A measure that keeps what it was shown, by architecture. */
function looking(value: (seen: Seen) => number = () => 0, fields: Partial<Measure> = {}) {
  const seen = new Map<string, Seen>();
  const measure: Measure = {
    ...{ name: "something", unit: "requests", bound: () => ({ atMost: 1, because: "theory says so" }) },
    value: (one) => {
      seen.set(`${one.policy.id}.${one.store.id}`, one);
      return value(one);
    },
    ...fields,
  };
  return { measure, seen };
}

it("shows each architecture its own answers and the homes of its subjects, and not those of controls or of others", async () => {
  const { stage, site } = await setStage({ architectures: ["cookie.memory", "cookie.redis"], users: 2 });
  await everyoneLogsIn(stage);
  stage.answers.clear();
  site.unreachable.add("redis");
  await everyoneBrowses(stage, { forMs: 0 });
  const { measure, seen } = looking();
  await takeMeasure(stage, measure);
  expect(seen.get("cookie.memory")).toMatchObject({ answers: { me: 2, "store-unreachable": 0 } });
  expect(seen.get("cookie.redis")).toMatchObject({ answers: { me: 0, "store-unreachable": 2 } });
  expect(seen.get("cookie.redis")!.homes).toEqual({ app2: 1, app3: 1 });
});

it("writes the value down with theory's bound, for each architecture", async () => {
  const { stage, events } = await setStage({ architectures: ["cookie.memory", "ip-hash.memory"] });
  const { measure } = looking(({ policy }) => (policy.id === "cookie" ? 1 / 3 : 2));
  await takeMeasure(stage, measure);
  expect(events).toMatchObject([
    { type: "measure", architecture: "cookie.memory", value: 0.333, atMost: 1, because: "theory says so" },
    { type: "measure", architecture: "ip-hash.memory", value: 2, unit: "requests" },
  ]);
});

it("measures with zeros where nobody answered and no stranger came", async () => {
  const { stage } = await setStage();
  const { measure, seen } = looking();
  await takeMeasure(stage, measure);
  expect(seen.get("cookie.memory")).toMatchObject({
    answers: { me: 0, none: 0 },
    strangers: { tried: 0, openedByCopy: 0 },
    homes: {},
  });
  expect(seen.get("cookie.memory")).not.toHaveProperty("stored");
});

it("tells those apart whose session is on a server that is not broken", async () => {
  const { stage, site } = await setStage({ architectures: ["cookie.redis-cluster"], users: 2 });
  await everyoneLogsIn(stage);
  const at = (number: number) => `cookie.redis-cluster/${number}`;
  // The third is a control.
  stage.keptOn.set(at(1), "redis-c1").set(at(2), "redis-c2").set(at(3), "redis-c2");
  const heal = async () => {};
  stage.broken.push({ kind: "kill", target: "redis-c1", effect: { process: "ends" }, moment: 1, heal });
  stage.answers.clear();
  site.unreachable.add("redis-cluster");
  await everyoneBrowses(stage, { forMs: 0 });
  const { measure, seen } = looking();
  await takeMeasure(stage, measure);
  expect(seen.get("cookie.redis-cluster")).toMatchObject({
    answers: { "store-unreachable": 2 },
    answersElsewhere: { "store-unreachable": 1 },
    subjectsElsewhere: 1,
  });
});
