import { expect, test } from "vitest";
import { isExposed } from "./exposure.ts";
import { type Story, story } from "./golden/history-builder.ts";
import { recordOf } from "./golden/judging.ts";

const architectures = ["round-robin.memory", "ip-hash.memory", "cookie.redis", "cookie.jwt"];

/** For each architecture, whether its user on app1 and its user on app2 are exposed. */
function exposedBy(...targets: string[]): string {
  return exposedByFaults(...targets.map((target) => ["kill", target] as const));
}

function exposedByFaults(...faults: (readonly [kind: string, target: string])[]): string {
  const told: Story = story({ architectures });
  const run = told.events[0];
  if (run?.type === "run")
    for (const { policy } of run.architectures) policy.afterFailover = policy.id === "cookie" ? "stays" : "returns";
  for (const architecture of architectures)
    for (const server of ["app1", "app2"]) told.comesIn(`${architecture} ${server}`, server, { architecture });
  for (const [kind, target] of faults) told.injects(kind, target);
  const record = recordOf(told);
  return [...record.sessions.values()]
    .filter((session) => isExposed(session, record))
    .map(({ user }) => user)
    .join(", ");
}

test("nobody is exposed without a fault", () => {
  expect(exposedBy()).toBe("");
});

test("a fault of an app server touches who lives there, and everybody where there is no affinity", () => {
  expect(exposedBy("app2")).toBe(
    "round-robin.memory app1, round-robin.memory app2, ip-hash.memory app2, cookie.redis app2, cookie.jwt app2",
  );
});

test("a fault of a store's server touches whoever has a session there", () => {
  expect(exposedBy("redis")).toBe("cookie.redis app1, cookie.redis app2");
});

test("a fault of the balancer touches everybody", () => {
  expect(exposedBy("nginx").split(", ")).toHaveLength(8);
});

test("several faults touch whom each of them touches", () => {
  expect(exposedBy("app1", "redis")).toBe(
    "round-robin.memory app1, round-robin.memory app2, ip-hash.memory app1, cookie.redis app1, cookie.redis app2, cookie.jwt app1",
  );
});

test("of servers that share the sessions out, a fault touches who has a session on that one", () => {
  const told = story({ architectures: ["cookie.redis-cluster"] });
  for (const server of ["redis-c1", "redis-c2"])
    told
      .comesIn(`kept on ${server}`, "app1", { architecture: "cookie.redis-cluster" })
      .predicts(`kept on ${server}`, "survived", "", { keptOn: server });
  const record = recordOf(told.injects("kill", "redis-c2"));
  const exposed = [...record.sessions.values()].filter((session) => isExposed(session, record));
  expect(exposed.map(({ user }) => user)).toEqual(["kept on redis-c2"]);
});

test("of servers that copy each other, a fault of any touches everybody, and one of a Sentinel nobody", () => {
  const touched = (target: string) => {
    const told = story({ architectures: ["cookie.redis-sentinel"] });
    told.comesIn("ada", "app1", { architecture: "cookie.redis-sentinel" }).predicts("ada", "survived");
    const record = recordOf(told.injects("kill", target));
    return [...record.sessions.values()].filter((session) => isExposed(session, record)).length;
  };
  expect(["redis-ha1", "redis-ha3", "sentinel1", "redis"].map(touched)).toEqual([1, 1, 0, 0]);
});

test("a server that joins touches whoever is placed by arithmetic or by turn, and nobody whom a cookie binds", () => {
  const exposed = exposedByFaults(["join", "app4"]);
  expect(exposed).toContain("ip-hash.memory app1");
  expect(exposed).toContain("round-robin.memory app1");
  expect(exposed).not.toContain("cookie");
});
