import { afterEach, describe, expect, it, vi } from "vitest";
import type { HistoryEvent, OperationEvent, SettledEvent } from "../history/events.ts";
import { settle } from "./settle.ts";
import { setStage, type TestStage, type TestStageOptions } from "./testing/stage.ts";

const patience = vi.hoisted(() => ({ isOneLook: false }));
vi.mock("../wait.ts", async (original) => {
  const real = await original<typeof import("../wait.ts")>();
  const waitUntil: typeof real.waitUntil = async (options) => {
    if (!patience.isOneLook) return real.waitUntil(options);
    const seen = await options.look(new AbortController().signal);
    return { ok: options.until(seen), seen, waitedMs: 0 };
  };
  const actUntil: typeof real.actUntil = (options) =>
    real.actUntil(patience.isOneLook ? { ...options, deadlineMs: 0 } : options);
  return { ...real, waitUntil, actUntil };
});
afterEach(() => {
  patience.isOneLook = false;
});

function settledIn({ events }: TestStage): SettledEvent {
  return events.find((event) => event.type === "settled")!;
}

function canaryAnswers(events: readonly HistoryEvent[]): string[] {
  const operations = events.filter((event): event is OperationEvent => event.type === "operation");
  // Any architecture may stand for a store.
  return operations.map(({ user, kind, answer }) => `${user.replace(/^.*?\./, "")} ${kind} ${answer}`).sort();
}

/** A stage on which nobody waits: what is not there at the first look is missed. */
async function setHurriedStage(options: TestStageOptions = {}): Promise<TestStage> {
  const set = await setStage(options);
  patience.isOneLook = true;
  return set;
}

it("settles when a new user can log in on each app server with each store, and leaves their logins on record", async () => {
  const set = await setStage({ architectures: ["cookie.memory", "ip-hash.memory", "cookie.redis"] });
  await settle(set.stage);
  expect(settledIn(set)).toMatchObject({ ok: true });
  expect(canaryAnswers(set.events)).toEqual(
    ["memory", "redis"].flatMap((store) =>
      ["app1", "app2", "app3"].flatMap((server) =>
        ["log-in me", "who-am-i me"].map((what) => `${store}/canary-${server} ${what}`),
      ),
    ),
  );
});

it("settles only when each policy sends somebody to each server", async () => {
  const set = await setStage({ architectures: ["cookie.memory", "round-robin.memory"] });
  set.site.passedOver.set("round-robin", ["app2"]);
  const send = set.site.send.bind(set.site);
  let visits = 0;
  set.site.send = async (request) => {
    if (request.host.startsWith("round-robin") && ++visits === 20) set.site.passedOver.clear();
    return send(request);
  };
  await settle(set.stage);
  expect(settledIn(set).ok).toBe(true);
  expect(visits).toBeGreaterThanOrEqual(20);
});

it("sends another new user where one got no answer, and none where the answer was wrong", async () => {
  const set = await setStage({ architectures: ["cookie.memory"] });
  let logins = 0;
  set.site.instead = ({ host, path }) =>
    path === "/login" && host.startsWith("app2.") && ++logins < 3
      ? { answered: false, sent: true, reason: "no answer" }
      : undefined;
  await settle(set.stage);
  expect([settledIn(set).ok, logins]).toEqual([true, 3]);

  let asked = 0;
  set.site.instead = ({ host, path }) => {
    if (path !== "/whoami" || !host.startsWith("app2.")) return undefined;
    asked += 1;
    set.site.restart("app2");
    return undefined;
  };
  set.events.length = 0;
  await settle(set.stage);
  expect(settledIn(set)).toMatchObject({
    ok: false,
    says: "a new user cannot who-am-i on app2 with memory: anonymous",
  });
  expect(asked).toBe(1);
});

describe("what is still wrong in the end is said:", () => {
  it.each<[what: string, breaks: (set: TestStage) => void, says: string]>([
    ["an app server that does not answer", ({ site }) => void site.away.add("app2"), "app2 was asked"],
    [
      "a store that an app server does not reach",
      ({ site }) => void site.unreachable.add("redis"),
      "app1 cannot reach redis; app2 cannot reach redis",
    ],
    [
      "a policy that passes a server over",
      ({ site }) => void site.passedOver.set("cookie", ["app3"]),
      "cookie sends nobody to app3",
    ],
    [
      "a server at which nobody new can log in",
      ({ site }) => {
        site.instead = ({ host, path }) =>
          path === "/login" && host.startsWith("app2.")
            ? { answered: false, sent: true, reason: "no answer" }
            : undefined;
      },
      "a new user cannot log-in on app2 with redis: no answer",
    ],
  ])("%s", async (_, breaks, says) => {
    const set = await setHurriedStage({ architectures: ["cookie.redis"] });
    breaks(set);
    await settle(set.stage);
    expect(settledIn(set).ok).toBe(false);
    expect(settledIn(set).says).toContain(says);
  });
});

it("goes by the lists as they are now: waits for who joined, and not for who left", async () => {
  const set = await setHurriedStage();
  const heal = async () => {};
  set.stage.broken.push({ kind: "leave", target: "app1", effect: { lists: "out" }, moment: 1, heal });
  set.site.passedOver.set("cookie", ["app1"]);
  await settle(set.stage);
  expect(settledIn(set).ok).toBe(true);
  set.events.length = 0;
  set.stage.broken.push({ kind: "join", target: "app4", effect: { lists: "joined" }, moment: 2, heal });
  await settle(set.stage);
  expect(settledIn(set).says).toContain("cookie sends nobody to app4");
});

it("waits for the servers of a group to agree only when one of them was hit", async () => {
  // No master anywhere.
  const set = await setHurriedStage({ architectures: ["cookie.redis-sentinel"], exec: () => "role:slave\r\n" });
  await settle(set.stage);
  expect(settledIn(set).ok).toBe(true);
  set.events.length = 0;
  set.stage.hit.add("redis-ha1");
  await settle(set.stage);
  expect(settledIn(set).says).toContain("the servers of redis-sentinel do not agree on one master");
});

it("forgets what was broken on purpose only when all is well again: until then a silent server may be the fault's", async () => {
  const set = await setHurriedStage();
  set.stage.failoversSeen.touched.add("app2");
  set.site.away.add("app2");
  await settle(set.stage);
  expect([...set.stage.failoversSeen.touched]).toEqual(["app2"]);
  set.site.away.clear();
  await settle(set.stage);
  expect([...set.stage.failoversSeen.touched]).toEqual([]);
});

it("looks which process each store's server is, after it has settled or given up", async () => {
  const exec = () => "run_id:abc\r\ndb0:keys=3,expires=3,avg_ttl=0\r\n";
  const set = await setHurriedStage({ architectures: ["cookie.redis"], exec });
  set.site.unreachable.add("redis");
  await settle(set.stage);
  expect(set.events.map(({ type }) => type)).toEqual(["store-seen", "settled"]);
  expect(set.events[0]).toMatchObject({ when: "settled", server: "redis", runId: "abc", keys: 3 });
});
