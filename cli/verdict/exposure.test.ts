import { expect, test } from "vitest";
import { isExposed } from "./exposure.ts";
import { type Story, story } from "./golden/history-builder.ts";
import { recordOf } from "./golden/judging.ts";

const architectures = ["round-robin.memory", "ip-hash.memory", "cookie.redis", "cookie.jwt"];

/** For each architecture, whether its user on app1 and its user on app2 are exposed. */
function exposedBy(...targets: string[]): string {
  const told: Story = story({ architectures });
  for (const architecture of architectures)
    for (const server of ["app1", "app2"]) told.comesIn(`${architecture} ${server}`, server, { architecture });
  for (const target of targets) told.injects("kill", target);
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
