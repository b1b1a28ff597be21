import { expect, test } from "vitest";
import { loadFault } from "../catalogue.ts";
import { upgrading } from "./upgrade.ts";

const policy = { id: "cookie", affinity: "cookie" };
const store = { id: "redis", title: "redis", livesIn: "server", server: "redis", persistence: "none" };
const group = { services: ["redis-c1", "redis-c2"], holds: "parts" };

/** The first line of a history of version 1. */
const run = {
  type: "run",
  historyVersion: 1,
  id: "r1",
  startedAt: "2026-11-21T09:00:00.000Z",
  command: "lab scenario server-crash",
  seed: 7,
  usersPerArchitecture: 3,
  scenario: { id: "server-crash", title: "One app server dies", question: "Who is still logged in?" },
  victim: "app2",
  appServers: ["app1", "app2"],
  architectures: [
    { id: "cookie.redis", policy, store },
    { id: "cookie.redis-cluster", policy, store: { ...store, id: "redis-cluster", server: "redis-c1", group } },
  ],
  versions: { lab: "0.1.0", engine: "20.10", compose: "2.40", nginx: "1.30", node: "24", redis: "8.0" },
};

function upgraded(...values: unknown[]) {
  const upgrade = upgrading();
  upgrade(run);
  return values.flatMap((value) => upgrade(value));
}

function fault(kind: string) {
  return { type: "fault", at: 5, kind, target: "app2", state: "injecting" };
}

test("a run gets the services that there were, with their roles", () => {
  const { appServers, historyVersion: _, ...rest } = run;
  expect(upgrading()(run)).toEqual([
    {
      ...rest,
      historyVersion: 2,
      services: [
        ...appServers.map((name) => ({ name, role: "app-server" })),
        { name: "nginx", role: "balancer", kind: "nginx" },
        { name: "balancer", role: "balancer", kind: "node-balancer" },
        ...["redis", "redis-c1", "redis-c2"].map((name) => ({ name, role: "store" })),
      ],
    },
  ]);
});

test.each([
  ...["kill", "stop", "restart", "return", "freeze", "partition", "drain", "leave", "join"],
  ...["evict", "evict-expiring", "refuse-writes", "aof-at-restart", "aof-then-restart"],
])("a %s gets the effect that its file says", async (kind) => {
  const { effect } = (await loadFault(kind))("app2");
  expect(upgraded(fault(kind))).toEqual([{ ...fault(kind), effect }]);
});

test.each(["home-made", "constructor", "__proto__"])("of a fault %s nobody knows what it does", (kind) => {
  expect(upgraded(fault(kind))).toEqual([{ ...fault(kind), effect: {} }]);
});

test("what a history of version 1 says of effects and conditions is left out: there was no such thing", () => {
  const claims = { ...fault("kill"), effect: { lists: "joined" }, condition: true };
  expect(upgraded(claims)).toEqual([{ ...fault("kill"), effect: { process: "ends" } }]);
});

test("the step that took the victim away is followed by what happened to it, as a condition", () => {
  const step = { type: "step", at: 3, phase: "baseline", step: "take-away" };
  const stop = { type: "fault", at: 3, kind: "stop", target: "app2", effect: { process: "ends" }, condition: true };
  expect(upgraded(step)).toEqual([step, { ...stop, state: "injecting" }, { ...stop, state: "injected" }]);
});

test("every other event is what it was", () => {
  const events = [
    { type: "step", at: 1, phase: "fault", step: "inject" },
    { type: "settled", at: 2, ok: true, says: "all is well" },
    { type: "end", at: 3, complete: true },
  ];
  expect(upgraded(...events)).toEqual(events);
});

test("what is no event is refused", () => {
  for (const value of [null, 7, "run", [], {}, { type: "party", at: 1 }, { ...run, appServers: "app1" }])
    expect(() => upgraded(value), JSON.stringify(value)).toThrow();
});
