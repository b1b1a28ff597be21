import { describe, expect, it } from "vitest";
import { Film } from "../picture/film.ts";
import type { Condition, PictureEvent } from "../picture/moments.ts";
import type { Picture } from "../picture/picture.ts";
import { story } from "../verdict/golden/history-builder.ts";
import { Feed, forLongDays } from "./feed.ts";

const users = Array.from({ length: 18 }, (_, index) => `user-${index}`);
const servers = ["app1", "app2", "app3"];
const containers = ["nginx", "balancer", "redis", "redis-rdb", "redis-aof", ...servers];
const minute = 60_000;

/**
 * What `lab watch` tells its feed in that time: looks every 300 and 700 ms, 24 requests a second, and a server that is killed and
 * healed once a minute, which in the end stays down.
 */
function* watching(forMs: number): Generator<PictureEvent> {
  const begin = story();
  for (const [index, user] of users.entries()) begin.comesIn(user, servers[index % 3]!);
  const question = story().comesIn("any", "app1").reads("any", "me").events.at(-1)!;
  if (question.type !== "operation") throw new Error("not a request");
  yield* begin.events;
  let down: Condition = "up";
  const evidence = [{ source: "engine" as const, shows: true, says: "app2 is not running, exit code 137" }];
  for (let at = 10_000, asked = 0; at < 10_000 + forMs; at += 100) {
    for (; asked < (at - 10_000) * 0.024; asked++) {
      const user = users[asked % users.length]!;
      const isLost = down === "down" && asked % 3 === 1;
      const server = servers[isLost ? 0 : asked % 3]!;
      yield { ...question, at, user, server, answer: isLost ? "anonymous" : "me" };
    }
    const fault = { type: "fault", at: at + 50, kind: "kill", target: "app2", effect: { process: "ends" } } as const;
    if (at % minute === 20_000) {
      for (const state of ["injecting", "injected", "confirmed"] as const) yield { ...fault, state, evidence };
      down = "down";
    }
    if (at % minute === 40_000 && at < forMs - minute) {
      for (const state of ["healing", "healed"] as const) yield { ...fault, state };
      down = "up";
    }
    if (at % 300 === 0) {
      const conditions = containers.map((service) => [service, service === "app2" ? down : "up"] as const);
      yield { type: "look", at, conditions: Object.fromEntries(conditions), sessions: {} };
    }
    if (at % 700 === 0)
      yield { type: "look", at, conditions: {}, sessions: { app1: 2, app2: null, redis: 10 + (at % 900) } };
  }
}

const sizeOf = (events: readonly PictureEvent[]) => Buffer.byteLength(JSON.stringify({ now: 0, events }));

/** What a person sees of the lab in a page that got these events. */
function seenIn(events: Iterable<PictureEvent>) {
  const film = new Film();
  for (const event of events) film.add(event);
  const { sessions, broken, looked, counted } = film.at(film.end) as Picture;
  const conditions = [...looked].map(([service, { condition }]) => `${service} ${condition}`).sort();
  const people = [...sessions.values()].map(({ user, answer, isKnown, holder }) => [user, answer, isKnown, holder]);
  return { people, broken: broken.map(({ kind, target }) => `${kind} ${target}`), conditions, counted };
}

describe("a feed", () => {
  it("begins anew with a run, and tells each reader everything once", () => {
    const one = new Feed();
    const [run, ...rest] = story().comesIn("ann", "app1").events;
    one.record(run!);
    const early = one.open();
    for (const event of rest) one.record(event);
    expect(early.read()).toEqual([run, ...rest]);
    expect(early.read()).toEqual([]);
    one.record(run!);
    expect(one.open().read()).toEqual([run]);
    expect(early.read()).toEqual([run]);
  });

  it("after a working day gives a page that comes then less than 1 MB, and has kept no more for one that never read", () => {
    const feed = new Feed(forLongDays);
    const asleep = feed.open();
    let most = 0;
    let count = 0;
    for (const event of watching(8 * 60 * minute)) {
      feed.record(event);
      if (++count % 10_000 === 0) most = Math.max(most, sizeOf(feed.open().read()));
    }
    expect(count).toBeGreaterThan(800_000);
    expect(most).toBeLessThan(1_000_000);
    expect(sizeOf(asleep.read())).toBeLessThan(1_000_000);
  });

  it("shows the lab as it is to whoever comes late, reads slowly or has been there all the time", () => {
    const feed = new Feed(forLongDays);
    const asleep = feed.open();
    const awake = feed.open();
    const all: PictureEvent[] = [];
    const read: PictureEvent[] = [];
    for (const event of watching(10 * minute)) {
      all.push(event);
      feed.record(event);
      if (all.length % 50 === 0) read.push(...awake.read());
    }
    read.push(...awake.read());
    const seen = seenIn(all);
    expect(seen.broken).toEqual(["kill app2"]);
    expect(seen.conditions).toContain("app2 down");
    expect(seenIn(feed.open().read())).toEqual(seen);
    expect(seenIn(asleep.read())).toEqual(seen);
    expect(seenIn(read)).toEqual(seen);
  });

  it("tells again how a service is after something was done to it, and nothing that was seen before that", () => {
    const feed = new Feed();
    const reader = feed.open();
    const look = (at: number, condition: Condition) =>
      ({ type: "look", at, conditions: { app1: "up", app2: condition }, sessions: {} }) as const;
    feed.record(look(0, "up"));
    feed.record(look(300, "up"));
    feed.record({ type: "fault", at: 500, kind: "drain", target: "app2", state: "injected", effect: {} });
    feed.record(look(400, "up"));
    feed.record(look(600, "up"));
    const looks = reader.read().filter((event) => event.type === "look");
    expect(looks.map(({ at, conditions }) => `${at} ${Object.keys(conditions)}`)).toEqual(["0 app1,app2", "600 app2"]);
  });
});
