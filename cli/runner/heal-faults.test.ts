import { expect, it } from "vitest";
import fill from "../faults/fill.ts";
import holdCopies from "../faults/hold-copies.ts";
import kill from "../faults/kill.ts";
import stop from "../faults/stop.ts";
import type { Fault } from "../servers/fault.ts";
import { everyoneLogsIn, given, inject } from "../theory/steps.ts";
import { injectAsCondition, injectFaults } from "./faults-happen.ts";
import { healFaults, noteWhatIsStillBroken } from "./heal-faults.ts";
import { runScenario } from "./run-scenario.ts";
import { setStage, type TestStage } from "./testing/stage.ts";

/** A Redis in memory shows no sign of what is done to its data. */
function seen(fault: Fault): Fault {
  return { ...fault, engineShows: () => true, isFelt: () => true };
}

/** Of what was done, that which undoes something. */
function undone({ did }: TestStage): string[] {
  return did.filter((what) => /^(start|restore|admit)/.test(what));
}

function failures({ events }: TestStage): string[] {
  return events.flatMap((event) =>
    event.type === "fault" && event.state === "failed" ? [`${event.target}: ${event.evidence?.[0]?.says}`] : [],
  );
}

it("undoes everything newest first, whatever kind of thing it is", async () => {
  const set = await setStage();
  await injectAsCondition(set.stage, [stop("app1")]);
  await injectAsCondition(set.stage, [seen(fill("redis"))]);
  await injectFaults(set.stage, [kill("app3")]);
  set.did.length = 0;
  await healFaults(set.stage);
  expect(undone(set)).toEqual(["start app3", "restore redis", "start app1"]);
  expect(set.stage.broken).toEqual([]);
});

it("heals everything although the first heal throws, and keeps what failed on the list and on record", async () => {
  const set = await setStage();
  await injectAsCondition(set.stage, [stop("app1")]);
  await injectAsCondition(set.stage, [seen(fill("redis")), seen(fill("redis-rdb"))]);
  await injectFaults(set.stage, [kill("app3")]);
  set.fails.set("start app3", "no space left").set("restore redis", "it does not answer");
  set.did.length = 0;
  await healFaults(set.stage);
  expect(undone(set)).toEqual(["start app3", "restore redis-rdb", "restore redis", "start app1"]);
  expect(set.stage.broken.map(({ kind, target }) => `${kind} ${target}`)).toEqual(["fill redis", "kill app3"]);
  expect(set.did.filter((what) => what.startsWith("healed"))).toEqual(["healed fill redis-rdb", "healed stop app1"]);
  expect(failures(set)).toEqual(["app3: not healed: no space left", "redis: not healed: it does not answer"]);
});

it("names at the end everything that could not be healed", async () => {
  const set = await setStage();
  await injectAsCondition(set.stage, [seen(fill("redis"))]);
  await injectFaults(set.stage, [kill("app3")]);
  set.fails.set("start app3", "no space left").set("restore redis", "it does not answer");
  await healFaults(set.stage);
  noteWhatIsStillBroken(set.stage);
  expect(set.events.filter(({ type }) => type === "alert")).toMatchObject([
    { line: "not healed: fill redis (it does not answer); kill app3 (no space left)" },
  ]);
});

it("tries again at the end what could not be healed before, and then says nothing more of it", async () => {
  const set = await setStage();
  await injectFaults(set.stage, [kill("app3")]);
  set.fails.set("start app3", "no space left");
  await healFaults(set.stage);
  set.fails.clear();
  await healFaults(set.stage);
  noteWhatIsStillBroken(set.stage);
  expect(set.did.at(-1)).toBe("healed kill app3");
  expect(set.events.filter(({ type }) => type === "alert")).toEqual([]);
});

it("lets the replicas back in after the master that refused them was started again", async () => {
  const exec = (service: string) => `role:${service === "redis-ha1" ? "master" : "slave"}\r\n`;
  const set = await setStage({ architectures: ["cookie.redis-sentinel"], exec });
  await injectAsCondition(set.stage, [seen(holdCopies("redis-ha1"))]);
  await injectFaults(set.stage, [kill("redis-ha1")]);
  set.did.length = 0;
  await healFaults(set.stage);
  expect(undone(set)).toEqual(["start redis-ha1", "admit-replicas redis-ha1"]);
});

it("heals what was broken also when a step after it throws, and passes that error on", async () => {
  const steps = [everyoneLogsIn(), given(stop("app1")), inject(kill("app3"), kill("redis"))];
  const set = await setStage({ steps });
  set.fails.set("state app3", "the engine is away").set("start app1", "the engine is away");
  await expect(runScenario(set.stage, set.stage)).rejects.toThrow("the engine is away");
  expect(set.stage.broken.map(({ kind, target }) => `${kind} ${target}`)).toEqual(["stop app1"]);
  expect(set.events.findLast(({ type }) => type === "alert")).toMatchObject({
    line: "not healed: stop app1 (the engine is away)",
  });
});
