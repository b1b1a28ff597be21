import { describe, expect, it } from "vitest";
import kill from "../faults/kill.ts";
import stop from "../faults/stop.ts";
import type { HistoryEvent, UserEvent } from "../history/events.ts";
import {
  everyoneBrowses,
  everyoneChecksIn,
  everyoneLogsIn,
  everyoneReadsBack,
  everyoneShops,
  given,
  healEverything,
  inject,
  regularsKeepShopping,
  tell,
} from "../theory/steps.ts";
import { runScenario } from "./run-scenario.ts";
import { setStage, type TestStage } from "./testing/stage.ts";

const shopped = [everyoneLogsIn(), everyoneShops(), everyoneReadsBack()];

function typesOf(events: readonly HistoryEvent[]): string[] {
  return [...new Set(events.map(({ type }) => type))];
}

it("writes the prediction down before the first fault, and before anybody is asked for the record", async () => {
  const crash = await setStage({ steps: [...shopped, inject(kill("app2")), healEverything(), everyoneChecksIn()] });
  await runScenario(crash.stage);
  const order = (isOne: (event: HistoryEvent) => boolean) => crash.events.findIndex(isOne);
  expect(order(({ type }) => type === "expectation")).toBeGreaterThan(0);
  expect(order(({ type }) => type === "expectation")).toBeLessThan(order(({ type }) => type === "fault"));
  const idle = await setStage({ steps: [...shopped, regularsKeepShopping({ forMs: 0 })] });
  await runScenario(idle.stage);
  const shopping = idle.events.findIndex((event) => event.type === "operation" && event.phase === "fault");
  expect(idle.events[shopping - 1]).toMatchObject({ type: "expectation" });
  const calm = await setStage({ steps: [...shopped, everyoneChecksIn()] });
  await runScenario(calm.stage);
  const lastPrediction = calm.events.findLastIndex(({ type }) => type === "expectation");
  expect(calm.events[lastPrediction + 1]).toMatchObject({ type: "operation", phase: "final" });
});

it("introduces every user before anything is done", async () => {
  const { stage, events } = await setStage({ users: 1, steps: shopped });
  await runScenario(stage);
  const introduced = events.slice(0, 3).map((event) => event.type === "user" && `${event.user} ${event.role}`);
  expect(introduced.sort()).toEqual(["cookie.memory/1 subject", "cookie.memory/2 control", "cookie.memory/3 control"]);
});

it("says of each request whether it came before the fault, after it, or for the record", async () => {
  const steps = [...shopped, inject(kill("app2")), everyoneBrowses({ forMs: 0 }), healEverything(), everyoneChecksIn()];
  const { stage, events } = await setStage({ steps });
  await runScenario(stage);
  const said = events.flatMap((event) =>
    event.type === "operation" && !event.user.includes("canary") ? [`${event.phase} ${event.kind}`] : [],
  );
  expect([...new Set(said)]).toEqual([
    "baseline log-in",
    "baseline add-item",
    "baseline who-am-i",
    "fault who-am-i",
    "final who-am-i",
  ]);
});

it("chooses a short idle time only where the scenario asks for it, and tells each login and the history of it", async () => {
  const short = await setStage({ steps: [everyoneLogsIn({ idleEnd: "soon" })] });
  await runScenario(short.stage);
  const { idleMs = 0 } = short.events[0] as UserEvent;
  expect(idleMs).toBeGreaterThanOrEqual(6_000);
  short.clock.ms += idleMs + 1;
  short.events.length = 0;
  await everyoneChecksInNow(short);
  expect(answersIn(short)).toEqual(["anonymous"]);

  const usual = await setStage({ steps: shopped });
  await runScenario(usual.stage);
  expect(usual.events[0]).not.toHaveProperty("idleMs");
});

describe("an interruption", () => {
  it("ends the run between two steps, and everything is healed", async () => {
    const interrupted = new AbortController();
    const tellNow = () => interrupted.abort();
    const steps = [given(stop("app1")), ...shopped, inject(kill("app3")), tell("now"), everyoneBrowses({ forMs: 0 })];
    const set = await setStage({ steps, signal: interrupted.signal, tell: tellNow });
    await expect(runScenario(set.stage)).rejects.toMatchObject({ name: "Interrupted" });
    expect(set.did.filter((what) => /^(start|healed)/.test(what))).toEqual([
      "start app3",
      "healed kill app3",
      "start app1",
      "healed stop app1",
    ]);
    expect(set.events.some((event) => event.type === "step" && event.step === "browse")).toBe(false);
  });

  it("before anything was broken breaks nothing any more", async () => {
    const interrupted = new AbortController();
    const set = await setStage({
      ...{ steps: [...shopped, tell("now"), inject(kill("app3"))], signal: interrupted.signal },
      tell: () => interrupted.abort(),
    });
    await expect(runScenario(set.stage)).rejects.toMatchObject({ name: "Interrupted" });
    expect(typesOf(set.events)).not.toContain("fault");
  });
});

async function everyoneChecksInNow({ stage }: TestStage): Promise<void> {
  await runScenario({ ...stage, scenario: { ...stage.scenario, steps: [everyoneChecksIn()] } });
}

function answersIn({ events }: TestStage): string[] {
  return [...new Set(events.flatMap((event) => (event.type === "operation" ? [event.answer] : [])))];
}
