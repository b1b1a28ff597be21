import { expect, test } from "vitest";
import type { HistoryEvent } from "../../history/events.ts";
import { story } from "../../verdict/golden/history-builder.ts";
import { stories } from "../../verdict/golden/stories.ts";
import { judge } from "../../verdict/judge.ts";
import { collectTrial } from "./collect-trial.ts";
import { Numbering } from "./numbering.ts";
import { readOperations } from "./operation-codec.ts";

const architectures = ["round-robin.memory", "cookie.memory", "cookie.redis"];

async function trialOf(name: string) {
  const { events } = stories[name]!();
  return { events, ...(await collected(events)) };
}

async function collected(events: readonly HistoryEvent[]) {
  const history = async function* () {
    yield* events;
  };
  const appServers = new Numbering(["app1", "app2", "app3"]);
  const { trial } = await collectTrial(history(), { appServers, architectures });
  return { trial, appServers: appServers.all() };
}

test("the fates of the sessions add up to those of the result", async () => {
  const { events, trial } = await trialOf("server-crash");
  const { architectures } = await judge(events);
  for (const [index, { fates }] of architectures.entries()) {
    const own = trial.sessions.filter(({ architecture }) => architecture === index);
    for (const [fate, count] of Object.entries(fates))
      expect(own.filter((session) => session.fate === fate)).toHaveLength(count);
  }
});

test("every operation of every session is there", async () => {
  const { events, trial } = await trialOf("every-fate");
  const counted = readOperations(Buffer.from(trial.operations, "base64")).length;
  expect(counted).toBe(events.filter(({ type }) => type === "operation").length);
  expect(trial.sessions.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(
    Buffer.from(trial.operations, "base64").length,
  );
});

test("a lost session brings its evidence and theory's reason", async () => {
  const { trial } = await trialOf("server-crash");
  const lost = trial.sessions.find(({ fate }) => fate === "lost")!;
  expect([trial.texts[lost.because], trial.texts[lost.evidence]]).toEqual([
    "the session lived in the memory of the process that died",
    "app2 is another process now: boot 1st-app2 became 2nd-app2",
  ]);
});

test("faults have their window", async () => {
  const { trial } = await trialOf("server-crash");
  expect(trial.faults).toEqual([{ kind: "kill", target: "app2", from: 670, confirmed: true, to: 740 }]);
  expect(trial.settledAt).toEqual([750]);
});

test("an app server that joins has its place, before anybody is led there and after", async () => {
  const told = story().comesIn("ann", "app1").injects("join", "app4").injects("join", "app5").isSentTo("ann", "app5");
  const { trial, appServers } = await collected(told.settles().checksIn("ann", "anonymous").ends().events);
  expect(appServers.join(" ")).toBe("app1 app2 app3 app4 app5");
  const operations = readOperations(Buffer.from(trial.operations, "base64"));
  const answeredBy = operations.map(({ answer, server }) => `${answer} at ${appServers[server]}`);
  expect([...new Set(answeredBy)]).toEqual(["me at app1", "anonymous at app5", "anonymous at app1"]);
});
