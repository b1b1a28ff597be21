import { expect, it } from "vitest";
import { lookIntoStores, seenInStores } from "./look-into-stores.ts";
import { setStage, type TestStageOptions } from "./testing/stage.ts";
import { everyoneLogsIn } from "./users-act.ts";

/** A Redis that says how many keys it has, and how many it evicted. */
function redisSaying(said: { keys: () => number; evicted?: () => number }): Pick<TestStageOptions, "exec"> {
  return {
    exec: (_, command) =>
      command.includes("DBSIZE") ? `${said.keys()}\n` : `run_id:abc\r\nevicted_keys:${said.evicted?.() ?? 0}\r\n`,
  };
}

it("adds up what app servers hold in their memories, and counts once what they share", async () => {
  const { stage } = await setStage({ architectures: ["cookie.memory", "cookie.redis"], users: 4 });
  await everyoneLogsIn(stage);
  const { held } = await lookIntoStores(stage);
  expect([...held]).toEqual([
    ["memory", 4],
    ["redis", 4],
  ]);
});

it("does not know what is held where an app server gives no answer", async () => {
  const { stage, site } = await setStage({ users: 4 });
  await everyoneLogsIn(stage);
  site.away.add("app3");
  expect((await lookIntoStores(stage)).held.get("memory")).toBeNull();
});

it("says what came since the first look: keys, evictions, and whose sessions should be there", async () => {
  let keys = 7;
  let evicted = 100;
  const set = await setStage({
    ...{ architectures: ["cookie.redis", "round-robin.redis"], users: 4 },
    ...redisSaying({ keys: () => keys, evicted: () => evicted }),
  });
  const { stage } = set;
  stage.storesBefore = await lookIntoStores(stage);
  await everyoneLogsIn(stage);
  [keys, evicted] = [15, 103];
  expect((await seenInStores(stage, "now")).get("redis")).toEqual({
    regulars: 4,
    away: 4,
    flickering: 0,
    held: { before: 0, now: 8 },
    server: { entries: { before: 7, now: 15 }, evicted: 3, regulars: 4, away: 4 },
  });
});

it("waits until keys whose time is over are gone, and counts anew", async () => {
  const left = [12, 11, 9];
  const set = await setStage({
    architectures: ["cookie.redis"],
    users: 4,
    ...redisSaying({ keys: () => left.shift() ?? 9 }),
  });
  const { stage } = set;
  stage.storesBefore = { held: new Map(), servers: new Map([["redis", { entries: 7, evicted: 0 }]]) };
  expect((await seenInStores(stage, "when-expired")).get("redis")?.server?.entries).toEqual({ before: 7, now: 9 });
});

it("says nothing of a server that says nothing", async () => {
  const { stage } = await setStage({ architectures: ["cookie.redis"] });
  stage.storesBefore = await lookIntoStores(stage);
  expect((await seenInStores(stage, "now")).get("redis")).not.toHaveProperty("server");
});

it("does not count among those who stay away whose session was asked for after its idle end: that cleans it up", async () => {
  const { stage, clock } = await setStage({ users: 4, idleMs: 5_000 });
  stage.storesBefore = await lookIntoStores(stage);
  await everyoneLogsIn(stage);
  const late = stage.members.find(({ staysAway }) => staysAway)!;
  clock.ms += 6_000;
  late.user.answeredAt = clock.ms;
  expect((await seenInStores(stage, "now")).get("memory")).toMatchObject({ regulars: 2, away: 1 });
});

it("counts the regulars who are not always led to their session", async () => {
  const { stage } = await setStage({ architectures: ["cookie.memory", "round-robin.memory"], users: 4 });
  stage.storesBefore = await lookIntoStores(stage);
  expect((await seenInStores(stage, "now")).get("memory")).toMatchObject({ regulars: 4, flickering: 2 });
});
