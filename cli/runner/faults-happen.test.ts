import { expect, it } from "vitest";
import kill from "../faults/kill.ts";
import type { Fault } from "../servers/fault.ts";
import { injectAsCondition, injectFaults } from "./faults-happen.ts";
import { healFaults } from "./heal-faults.ts";
import { setStage, type TestStage } from "./testing/stage.ts";

function storyOf({ events }: TestStage): string[] {
  return events.flatMap((event) => (event.type === "fault" ? [`${event.kind} ${event.target} ${event.state}`] : []));
}

it("writes a fault down and puts it on record before anything is done", async () => {
  const set = await setStage();
  let before: string[] = [];
  const inject = async () => {
    before = [...storyOf(set), ...set.did.filter((what) => what.startsWith("breaking"))];
  };
  await injectFaults(set.stage, [{ ...kill("app3"), inject, isFelt: () => true, engineShows: () => true }]);
  expect(before).toEqual(["kill app3 injecting", "breaking kill app3"]);
});

it("confirms a fault by both signs", async () => {
  const set = await setStage();
  await injectFaults(set.stage, [kill("app3")]);
  expect(storyOf(set)).toEqual(["kill app3 injecting", "kill app3 injected", "kill app3 confirmed"]);
  expect(set.events.at(-1)).toMatchObject({ evidence: [{ shows: true }, { shows: true }] });
});

it.each([
  ["only the engine says so", "isFelt", [true, false]],
  ["it is only felt", "engineShows", [false, true]],
] as const)("does not confirm it where %s", async (_, missing, shown) => {
  // What is awaited never comes; after the first look the signal ends the wait.
  const interrupted = new AbortController();
  const never = () => {
    setImmediate(() => interrupted.abort());
    return false;
  };
  const set = await setStage();
  await injectFaults({ ...set.stage, signal: interrupted.signal }, [{ ...kill("app3"), [missing]: never }]);
  const last = set.events.at(-1);
  expect(last).toMatchObject({ state: "unconfirmed", evidence: shown.map((shows) => ({ shows })) });
});

it("says why an injection failed, and goes on with the others", async () => {
  const set = await setStage();
  set.fails.set("kill app3", "no such container");
  await injectFaults(set.stage, [kill("app3"), kill("app1")]);
  expect(storyOf(set).slice(2).sort()).toEqual(["kill app1 confirmed", "kill app1 injected", "kill app3 failed"]);
});

it("has no injection under way any more when it throws, so that nothing breaks after the healing", async () => {
  const set = await setStage();
  let isUnderWay = true;
  const slow: Fault = {
    ...kill("app1"),
    inject: async (service) => {
      // Longer than the failure of the other takes to arrive.
      for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate);
      await service.kill();
      isUnderWay = false;
    },
  };
  const failing: Fault = {
    ...kill("app3"),
    inject: async () => void set.fails.set("state app3", "the engine is away"),
  };
  await expect(injectFaults(set.stage, [slow, failing])).rejects.toThrow("the engine is away");
  expect(isUnderWay).toBe(false);
});

it("writes a condition of the experiment down as one, from the first state to the last, and puts it on record as any fault", async () => {
  const set = await setStage();
  await injectAsCondition(set.stage, [kill("app3")]);
  await healFaults(set.stage);
  const states = set.events.flatMap((event) =>
    event.type === "fault" ? [[event.state, event.condition, event.effect]] : [],
  );
  expect(states).toEqual(
    ["injecting", "injected", "confirmed", "healing", "healed"].map((state) => [state, true, { process: "ends" }]),
  );
  expect(set.did.filter((what) => /^(breaking|healed)/.test(what))).toEqual(["breaking kill app3", "healed kill app3"]);
});

it("calls no fault of the experiment a condition", async () => {
  const set = await setStage();
  await injectFaults(set.stage, [kill("app3")]);
  expect(set.events.filter((event) => event.type === "fault" && event.condition)).toEqual([]);
});

it("says of a condition whose signs do not appear that it is unconfirmed", async () => {
  const interrupted = new AbortController();
  const isFelt = () => {
    setImmediate(() => interrupted.abort());
    return false;
  };
  const set = await setStage();
  await injectAsCondition({ ...set.stage, signal: interrupted.signal }, [{ ...kill("app3"), isFelt }]);
  expect(set.events.at(-1)).toMatchObject({ state: "unconfirmed", condition: true });
});

it("counts answers anew from each fault on", async () => {
  const { stage } = await setStage();
  stage.answers.set("cookie.memory", {} as never);
  await injectFaults(stage, [kill("app3")]);
  expect(stage.answers.size).toBe(0);
});
