import { describe, expect, it } from "vitest";
import kill from "../../faults/kill.ts";
import type { StepOf } from "../../theory/step-table.ts";
import { inject } from "../../theory/steps.ts";
import { setStage, type TestStage } from "../testing/stage.ts";
import { playedSteps } from "./table.ts";

function typesIn({ events }: TestStage): string[] {
  return [...new Set(events.map(({ type }) => type))];
}

describe("what is given", () => {
  it("is injected as a condition, without a prediction: the experiment has not begun", async () => {
    const set = await setStage();
    await playedSteps.given({ do: "given", faults: [kill("app3")] }, set.stage);
    expect(typesIn(set)).toEqual(["fault"]);
    expect(set.events.every((event) => event.type === "fault" && event.condition)).toBe(true);
    expect(set.stage.broken).toMatchObject([{ kind: "kill", target: "app3" }]);
  });
});

describe("an injection", () => {
  it("is predicted first", async () => {
    const set = await setStage();
    await playedSteps.inject(inject(kill("app3")) as StepOf<"inject">, set.stage);
    expect(typesIn(set)).toEqual(["expectation", "fault"]);
  });
});

describe("a repair", () => {
  it("heals and waits until all is well", async () => {
    const set = await setStage();
    await playedSteps.inject(inject(kill("app3")) as StepOf<"inject">, set.stage);
    await playedSteps.heal({ do: "heal" }, set.stage);
    expect(set.stage.broken).toEqual([]);
    expect(set.events.at(-1)).toMatchObject({ type: "settled", ok: true });
  });

  it("is left out where everything only settles", async () => {
    const set = await setStage();
    await playedSteps.settle({ do: "settle" }, set.stage);
    expect(set.did.filter((what) => what.startsWith("start"))).toEqual([]);
    expect(set.events.at(-1)).toMatchObject({ type: "settled", ok: true });
  });
});

describe("a change", () => {
  it("is chosen first, predicted, and then done", async () => {
    const set = await setStage({ architectures: ["ip-hash.memory"] });
    const before = set.stage.members.map(({ user }) => user.address);
    await playedSteps.change({ do: "change", what: "address" }, set.stage);
    expect(typesIn(set)).toEqual(["expectation", "change"]);
    expect(set.stage.members.map(({ user }) => user.address)).not.toEqual(before);
  });
});

it("each other step does what its word says", async () => {
  const set = await setStage({ users: 4 });
  const operations = () =>
    set.events.splice(0).flatMap((event) => (event.type === "operation" ? [event.kind] : [event.type]));
  const kinds = () => [...new Set(operations())];
  await playedSteps["log-in"]({ do: "log-in" }, set.stage);
  expect(kinds()).toEqual(["log-in"]);
  await playedSteps.shop({ do: "shop" }, set.stage);
  expect(kinds()).toEqual(["add-item"]);
  await playedSteps["read-back"]({ do: "read-back" }, set.stage);
  expect(kinds()).toEqual(["who-am-i"]);
  await playedSteps.browse({ do: "browse", forMs: 0 }, set.stage);
  expect(kinds()).toEqual(["who-am-i"]);
  await playedSteps["keep-shopping"]({ do: "keep-shopping", forMs: 0 }, set.stage);
  expect(kinds()).toEqual(["expectation", "add-item"]);
  await playedSteps.tell({ do: "tell", text: "Now." }, set.stage);
  expect(set.told).toEqual(["Now."]);
  await playedSteps["log-out"]({ do: "log-out" }, set.stage);
  expect(kinds()).toEqual(["log-out"]);
  await playedSteps["try-copies"]({ do: "try-copies" }, set.stage);
  expect(kinds()).toEqual(["who-am-i"]);
});
