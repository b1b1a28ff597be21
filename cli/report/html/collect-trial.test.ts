import { expect, test } from "vitest";
import type { HistoryEvent } from "../../history/events.ts";
import { story } from "../../verdict/golden/history-builder.ts";
import { stories } from "../../verdict/golden/stories.ts";
import { judge } from "../../verdict/judge.ts";
import { readTrial } from "../page/trial.ts";
import { collectTrial } from "./collect-trial.ts";

async function trialOf(name: string) {
  const { events } = stories[name]!();
  return { events, ...(await collected(events)) };
}

/** As the page reads it. */
async function collected(events: readonly HistoryEvent[]) {
  const history = async function* () {
    yield* events;
  };
  const appServers = new Set(["app1", "app2", "app3"]);
  const { trial } = await collectTrial(history(), appServers);
  return { trial: await readTrial(trial), appServers: [...appServers] };
}

test("the fates of the sessions add up to those of the result", async () => {
  const { events, trial } = await trialOf("server-crash");
  const { architectures } = await judge(events);
  for (const { id, fates } of architectures) {
    const own = trial.sessions.filter(({ architecture }) => architecture === id);
    for (const [fate, count] of Object.entries(fates))
      expect(own.filter((session) => session.fate === fate)).toHaveLength(count);
  }
});

test("every operation of every session is there, in its order", async () => {
  const { events, trial } = await trialOf("every-fate");
  const done = events.filter((event) => event.type === "operation");
  expect(trial.sessions.reduce((sum, { operations }) => sum + operations.length, 0)).toBe(done.length);
  for (const { user, operations } of trial.sessions)
    expect(operations.map(({ at, kind, answer }) => [at, kind, answer])).toEqual(
      done.filter((one) => one.user === user).map(({ at, kind, answer }) => [at, kind, answer]),
    );
});

test("times are kept to the millisecond, without adding up errors", async () => {
  const told = story().comesIn("ann", "app1");
  const asked = Array.from({ length: 50 }, () => told.reads("ann", "me").events.at(-1)!);
  const events = told
    .ends()
    .events.map((event) => (asked.includes(event) ? { ...event, at: 1_000 + asked.indexOf(event) * 10.4 } : event));
  const { trial } = await collected(events as HistoryEvent[]);
  expect(trial.sessions[0]!.operations.slice(-50).map(({ at }) => at)).toEqual(
    asked.map((_, index) => Math.round(1_000 + index * 10.4)),
  );
});

test("a lost session brings its evidence and theory's reason", async () => {
  const { trial } = await trialOf("server-crash");
  const lost = trial.sessions.find(({ fate }) => fate === "lost")!;
  expect([lost.because, lost.cause?.evidence]).toEqual([
    "the session lived in the memory of the process that died",
    "app2 is another process now: boot 1st-app2 became 2nd-app2",
  ]);
});

test("faults have their span", async () => {
  const { trial } = await trialOf("server-crash");
  const effect = { process: "ends" };
  expect(trial.faults).toEqual([{ kind: "kill", effect, targets: ["app2"], from: 670, to: 740 }]);
  expect(trial.settledAt).toEqual([750]);
});

test("an app server that joins has its place, before anybody is led there and after", async () => {
  const told = story().comesIn("ann", "app1").injects("join", "app4").injects("join", "app5").isSentTo("ann", "app5");
  const { trial, appServers } = await collected(told.settles().checksIn("ann", "anonymous").ends().events);
  expect(appServers.join(" ")).toBe("app1 app2 app3 app4 app5");
  const answeredBy = trial.sessions[0]!.operations.map(({ answer, server }) => `${answer} at ${server}`);
  expect([...new Set(answeredBy)]).toEqual(["me at app1", "anonymous at app5", "anonymous at app1"]);
});
