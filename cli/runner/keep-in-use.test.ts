import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { OperationEvent } from "../history/events.ts";
import { isDue, shortIdleMs, whileInUse } from "./keep-in-use.ts";
import { Interrupted } from "./narrator.ts";
import type { RunContext } from "./run-context.ts";
import { setStage, type TestStage } from "./testing/stage.ts";
import { everyoneChecksIn, everyoneLogsIn, everyoneReadsBack, everyoneShops } from "./users-act.ts";

const idleMs = 6_000;

function purchases({ events }: TestStage, phase?: string): OperationEvent[] {
  return events.flatMap((event) =>
    event.type === "operation" && event.kind === "add-item" && (phase ?? event.phase) === event.phase ? [event] : [],
  );
}

function answersOf({ events }: TestStage, isOne: (user: string) => boolean, since: number): string[] {
  const answers = events.flatMap((event) =>
    event.type === "operation" && event.jar === "live" && event.at >= since && isOne(event.user) ? [event.answer] : [],
  );
  return [...new Set(answers)].sort();
}

/** Ids of those who stay away, and of the others. */
function whoStaysAway({ members }: Pick<RunContext, "members">): Set<string> {
  return new Set(members.filter(({ staysAway }) => staysAway).map(({ user }) => user.id));
}

/** A presenter who talks for a while: time goes on, and so does the shopping of whoever has to. */
async function talk({ stage, clock }: TestStage, forMs: number, needing: (user: string) => boolean): Promise<void> {
  const mustBuy = () => stage.members.some((member) => needing(member.user.id) && isDue(stage, member));
  for (const end = clock.ms + forMs; clock.ms < end; ) {
    clock.ms += 1_000;
    while (mustBuy()) await sleep(5);
  }
}

it("holds every session through a baseline that takes several idle times, and lets nobody's end by the lab's slowness", async () => {
  const set = await setStage({ architectures: ["cookie.memory", "round-robin.memory"], idleMs, msPerRequest: 200 });
  const { stage, site, clock } = set;
  await everyoneLogsIn(stage);
  // Luck: round robin sends everybody home, so its users read on up to twenty times.
  const homes = new Map(stage.members.map(({ user }) => [user.address, user.home!]));
  const send = site.send.bind(site);
  site.send = (request) =>
    send({
      ...request,
      host: request.host.replace(/^round-robin/, homes.get(request.client!)!),
    });
  await everyoneShops(stage);
  await everyoneReadsBack(stage);
  expect(clock.ms).toBeGreaterThan(3 * idleMs);
  expect(answersOf(set, () => true, 0)).toEqual(["me"]);
});

it("gives those who stay away one last purchase after the baseline, from which their time runs", async () => {
  const set = await setStage({ idleMs, users: 4 });
  await everyoneLogsIn(set.stage);
  await everyoneShops(set.stage);
  await everyoneReadsBack(set.stage);
  const last = purchases(set).slice(4);
  expect(new Set(last.map(({ user }) => user))).toEqual(whoStaysAway(set.stage));
  const lastRead = set.events.findLast((event) => event.type === "operation" && event.kind === "who-am-i");
  expect(last.every(({ at }) => at > (lastRead as OperationEvent).at)).toBe(true);
});

it("buys nothing where sessions have all the time they want", async () => {
  const set = await setStage({ msPerRequest: 5_000 });
  await everyoneLogsIn(set.stage);
  await everyoneReadsBack(set.stage);
  await whileInUse(set.stage, async () => void (await sleep(1)));
  await everyoneChecksIn(set.stage);
  expect(purchases(set)).toEqual([]);
});

it("keeps the regulars logged in while a presenter speaks for several idle times, and nobody else", async () => {
  const set = await setStage({ architectures: ["cookie.memory", "cookie.redis"], users: 4, idleMs });
  await everyoneLogsIn(set.stage);
  await everyoneReadsBack(set.stage);
  const away = whoStaysAway(set.stage);
  const [begin, before] = [set.clock.ms, set.events.length];
  await whileInUse(set.stage, () => talk(set, 3 * idleMs, (user) => !away.has(user)));
  const whoBought = set.events.slice(before).map((event) => (event as OperationEvent).user);
  expect(new Set(whoBought)).toEqual(
    new Set(set.stage.members.map(({ user }) => user.id).filter((id) => !away.has(id))),
  );
  await everyoneChecksIn(set.stage);
  expect(answersOf(set, (user) => !away.has(user), begin)).toEqual(["me"]);
  expect(answersOf(set, (user) => away.has(user), begin)).toEqual(["anonymous"]);
});

it("keeps everybody logged in while a presenter speaks before the baseline is read", async () => {
  const set = await setStage({ users: 4, idleMs });
  await everyoneLogsIn(set.stage);
  await whileInUse(set.stage, () => talk(set, 2 * idleMs, () => true));
  await everyoneReadsBack(set.stage);
  expect(answersOf(set, () => true, 0)).toEqual(["me"]);
});

it("passes on what the presenter throws, and has nobody buy anything after it", async () => {
  const set = await setStage({ idleMs });
  await everyoneLogsIn(set.stage);
  const quits = async () => {
    await sleep(1);
    throw new Interrupted("the presenter ended it");
  };
  await expect(whileInUse(set.stage, quits)).rejects.toThrow("the presenter ended it");
  set.clock.ms += 2 * idleMs;
  const before = set.events.length;
  // Longer than the pace at which it is looked who is due.
  await sleep(300);
  expect(set.events.length).toBe(before);
});

it("renews a regular's session in the final reads when it is due, and not that of who stayed away", async () => {
  const set = await setStage({ users: 4, idleMs, msPerRequest: 400 });
  await everyoneLogsIn(set.stage);
  await everyoneReadsBack(set.stage);
  const away = whoStaysAway(set.stage);
  set.stage.phase = "final";
  set.clock.ms += idleMs / 2;
  await everyoneChecksIn(set.stage);
  const bought = purchases(set, "final").map(({ user }) => user);
  expect(new Set(bought)).toEqual(new Set(set.stage.members.map(({ user }) => user.id).filter((id) => !away.has(id))));
});

it("takes a longer idle time where a round of visits takes longer, in whole seconds", async () => {
  const { stage, site } = await setStage();
  const send = site.send.bind(site);
  let round = 0;
  // One slow round is enough: the longest counts.
  site.send = async (request) => {
    if (round++ === 4) await sleep(500);
    return send(request);
  };
  const chosen = await shortIdleMs(stage);
  expect(chosen).toBeGreaterThanOrEqual(9_000);
  expect(chosen % 1_000).toBe(0);
});
