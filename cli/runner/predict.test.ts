import { describe, expect, it } from "vitest";
import join from "../faults/join.ts";
import type { HistoryEvent, StoreSeenEvent } from "../history/events.ts";
import type { SessionFacts } from "../theory/facts.ts";
import { ipHashServer } from "../theory/placement/ip-hash.ts";
import { inject } from "../theory/steps.ts";
import { lookAtStores, predict } from "./predict.ts";
import { setStage, type TestStageOptions } from "./testing/stage.ts";
import { everyoneLogsIn, everyoneShops } from "./users-act.ts";

function storesSeen(events: readonly HistoryEvent[]): StoreSeenEvent[] {
  return events.filter((event) => event.type === "store-seen");
}

/** Plays the beginning of a run and predicts. @returns what theory was told of each session */
async function factsOf(options: TestStageOptions): Promise<SessionFacts[]> {
  const facts: SessionFacts[] = [];
  const set = await setStage({
    ...options,
    expect: (session) => {
      facts.push(session);
      return { fate: "survived", because: "theory is not asked here" };
    },
  });
  await everyoneLogsIn(set.stage);
  await everyoneShops(set.stage);
  await predict(set.stage);
  return facts;
}

it("writes down what theory says of each session, once: what is said later changes nothing", async () => {
  const set = await setStage({
    expect: ({ home }) => ({ fate: home === "app2" ? "lost" : "survived", because: "it is so" }),
  });
  await everyoneLogsIn(set.stage);
  await predict(set.stage);
  const [, second] = set.stage.members;
  second!.user.home = "app2";
  await predict(set.stage);
  const expectations = set.events.flatMap((event) =>
    event.type === "expectation" ? [`${event.user} ${event.fates}`] : [],
  );
  expect(expectations.sort()).toEqual(["cookie.memory/1 lost", "cookie.memory/2 survived", "cookie.memory/3 survived"]);
});

it("tells theory where each session lives, where its browser belongs, and who stays away", async () => {
  const facts = await factsOf({ users: 4 });
  for (const { home, seat, hasAffinityCookie } of facts) {
    expect(seat).toBe(home);
    expect(hasAffinityCookie).toBe(true);
  }
  expect(facts.map(({ home }) => home).sort()).toEqual(["app1", "app2", "app2", "app3"]);
  expect(facts.filter(({ staysAway }) => staysAway)).toHaveLength(2);
  expect(new Set(facts.map(({ victim }) => victim))).toEqual(new Set(["app2"]));
});

it("computes where a browser belongs when a server joins, where a balancer computes it", async () => {
  const steps = [inject(join("app4"))];
  const set = await setStage({ architectures: ["ip-hash.memory"], users: 9, steps });
  const four = ["app1", "app2", "app3", "app4"].map((name) => ({ name }));
  const computed = set.stage.members.map(({ user }) => ipHashServer(user.address, four));
  const seats: unknown[] = [];
  set.stage.scenario.expect = ({ seatAmongMore }) => {
    seats.push(seatAmongMore);
    return { fate: "survived", because: "theory is not asked here" };
  };
  await predict(set.stage);
  expect(seats).toEqual(computed);
  expect(new Set((await factsOf({ steps })).map(({ seatAmongMore }) => seatAmongMore))).toEqual(new Set([undefined]));
});

describe("a snapshot of the store's server", () => {
  const redis = (savedSecondsFromNow: number) => ({
    architectures: ["cookie.redis-rdb"],
    exec: () => {
      const seconds = Math.floor(Date.now() / 1_000) + savedSecondsFromNow;
      return `run_id:abc\r\nrdb_last_save_time:${seconds}\r\nrdb_last_bgsave_time_sec:0\r\n`;
    },
  });

  it.each([
    ["long before the login holds none of a session", -30, "none"],
    ["long after its last write holds all of it", 30, "all"],
    ["within the second of its writes leaves it open", 0, "unsure"],
  ])("%s", async (_, savedSecondsFromNow, inSnapshot) => {
    const facts = await factsOf(redis(savedSecondsFromNow));
    expect(facts.map((fact) => fact.inSnapshot)).toEqual(Array(3).fill(inSnapshot));
  });

  it("between two writes that lie far apart holds the earlier ones only", async () => {
    // Each request takes ten seconds of the run's clock, and the snapshot was made half-way.
    const facts = await factsOf({ ...redis(-15), msPerRequest: 10_000 });
    expect(facts.map((fact) => fact.inSnapshot)).toEqual(Array(3).fill("some"));
  });
});

describe("looking at the stores' servers", () => {
  it("waits until nothing is on its way to the disk", async () => {
    const owed = [
      "aof_buffer_length:100",
      "rdb_bgsave_in_progress:1",
      "aof_rewrite_scheduled:1",
      "aof_rewrite_in_progress:1",
      "aof_rewrite_in_progress:0",
    ];
    const looks = owed.length;
    const { stage, events } = await setStage({
      architectures: ["cookie.redis-aof"],
      exec: () => `run_id:abc\r\ndb0:keys=${looks + 1 - owed.length},expires=0\r\n${owed.shift()}\r\n`,
    });
    await lookAtStores(stage, "before-fault");
    expect(storesSeen(events)).toMatchObject([{ server: "redis-aof", runId: "abc", keys: looks }]);
  });

  it("says who is the master where servers copy each other, and of each once, whatever stores share it", async () => {
    const { stage, events } = await setStage({
      architectures: ["cookie.redis-sentinel", "cookie.redis-aof", "cookie.spring"],
      exec: (service) => `run_id:${service}\r\nrole:${service === "redis-ha1" ? "master" : "slave"}\r\n`,
    });
    await lookAtStores(stage, "settled");
    expect(storesSeen(events).map(({ server, role }) => [server, role])).toEqual([
      ["redis-ha1", "master"],
      ["redis-ha2", "slave"],
      ["redis-ha3", "slave"],
      ["redis-aof", undefined],
    ]);
  });

  it("says nothing of one that does not answer", async () => {
    const hurry = new AbortController();
    const { stage, events } = await setStage({ architectures: ["cookie.redis"] });
    hurry.abort();
    await lookAtStores({ ...stage, signal: hurry.signal }, "settled");
    expect(storesSeen(events)).toEqual([]);
  });
});
