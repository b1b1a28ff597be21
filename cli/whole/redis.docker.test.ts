import { afterAll, beforeAll, expect, it } from "vitest";
import { fatesOf, labCommand } from "../testing/run-lab.ts";

const lab = labCommand({ name: "test-redis" });

beforeAll(async () => {
  await lab.up();
});

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

const cookieOnly = ["--policy", "cookie", "--users", "9"];

it("login: without a fault only a memory store without affinity cannot hold a login", async () => {
  const three = ["--policy", "cookie,ip-hash,round-robin", "--store", "memory,redis", "--users", "9"];
  const { exitCode, result } = await lab.json(["scenario", "login", ...three]);
  expect(fatesOf(result)).toEqual([
    "cookie.memory: 9 survived",
    "cookie.redis: 9 survived",
    "ip-hash.memory: 9 survived",
    "ip-hash.redis: 9 survived",
    "round-robin.memory: 9 unstable",
    "round-robin.redis: 9 survived",
  ]);
  expect(result).toMatchObject({ verdict: "confirmed", faults: [] });
  expect(exitCode).toBe(0);
});

it("redis-restart (SIGTERM): no persistence loses all, save points and AOF keep all", async () => {
  const { exitCode, result } = await lab.json(["scenario", "redis-restart", ...cookieOnly]);
  expect(fatesOf(result)).toEqual([
    "cookie.memory: 9 survived",
    "cookie.redis: 9 lost",
    "cookie.redis-aof: 9 survived",
    "cookie.redis-rdb: 9 survived",
  ]);
  expect(result.faults.map(({ kind, target, confirmed }) => `${kind} ${target} ${confirmed}`).sort()).toEqual([
    "restart redis true",
    "restart redis-aof true",
    "restart redis-rdb true",
  ]);
  expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
  expect(exitCode).toBe(0);
});

it("redis-crash (SIGKILL): what was not saved is lost, AOF keeps all", async () => {
  const { exitCode, result } = await lab.json(["scenario", "redis-crash", ...cookieOnly]);
  expect(fatesOf(result)).toEqual([
    "cookie.memory: 9 survived",
    "cookie.redis: 9 lost",
    "cookie.redis-aof: 9 survived",
    "cookie.redis-rdb: 9 lost",
  ]);
  expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
  expect(exitCode).toBe(0);
});

it.each([
  ["--aof", ["jwt-denylist", "memory", "redis-aof", "redis-fallback", "spring"]],
  ["--no-aof", ["memory", "redis", "redis-rdb"]],
])("redis-restart %s takes only these stores, the control included: %j", async (option, stores) => {
  const { result } = await lab.json(["scenario", "redis-restart", option, ...cookieOnly]);
  expect(result.architectures.map(({ store }) => store)).toEqual(stores);
  expect(result.verdict).toBe("confirmed");
});
