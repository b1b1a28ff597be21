import { afterAll, beforeAll, expect, it } from "vitest";
import { docker } from "../testing/engine-inventory.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";

/** The stores of several servers: replicas with Sentinels, and a cluster. */
const lab = labCommand({ name: "test-groups" });
const narrow = ["--policy", "cookie", "--users", "9"];

beforeAll(async () => {
  expect(await lab.run(["up", "--with", "redis-sentinel,redis-cluster"])).toMatchObject({ exitCode: 0 });
});

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

interface Status {
  redis: { service: string; role: string }[];
  sentinels: { master: string }[];
  sessions: Record<string, Record<string, number>>;
}

async function rolesNow() {
  const { redis, sentinels, sessions } = JSON.parse((await lab.run(["status", "--json"])).stdout) as Status;
  const masters = redis.filter(({ service, role }) => service.startsWith("redis-ha") && role === "master");
  return {
    masters: masters.map(({ service }) => service),
    named: [...new Set(sentinels.map(({ master }) => master.split(".").at(-1)))],
    sessions: Object.values(sessions["redis-sentinel"] ?? {}),
  };
}

it.each([
  ...["redis-ha1", "redis-ha2", "redis-ha3", "redis-c1", "redis-c2", "redis-c3"].map((service) => [service, "6379"]),
  ...["sentinel1", "sentinel2", "sentinel3"].map((service) => [service, "26379"]),
])("%s answers nobody who has no password", async (service, port) => {
  const ask = (...password: string[]) =>
    docker("exec", ...password, `session-lab-test-groups-${service}-1`, "redis-cli", "-p", port!, "PING");
  expect(await ask("--env", "REDISCLI_AUTH=")).toEqual([expect.stringMatching(/^NOAUTH /)]);
  expect(await ask()).toEqual(["PONG"]);
});

it("redis-failover: what no replica had is lost or rolled back, and the store answers while the old master is dead", async () => {
  expect(await rolesNow()).toMatchObject({ masters: ["redis-ha1"], named: ["51:6379"] });

  const { exitCode, result } = await lab.json(["scenario", "redis-failover", ...narrow]);

  expect(fatesOf(result)).toEqual([
    "cookie.redis: 9 survived",
    "cookie.redis-sentinel: 3 lost, 3 rolled-back, 3 survived",
  ]);
  const causes = result.architectures.flatMap((architecture) => architecture.causes);
  expect(causes.map(({ cause, fate, sessions }) => `${sessions} ${fate}: ${cause}`).sort()).toEqual([
    "3 lost: failed-over-without-it",
    "3 rolled-back: failed-over-without-it",
  ]);
  expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
  expect(exitCode).toBe(0);
});

it("after a failover another server is the master, and reset makes it the first again, with nothing in it", async () => {
  const before = await rolesNow();
  expect(before.masters).toHaveLength(1);
  expect(before.masters).not.toEqual(["redis-ha1"]);

  expect(await lab.run(["reset"])).toMatchObject({ exitCode: 0 });

  expect(await rolesNow()).toEqual({ masters: ["redis-ha1"], named: ["51:6379"], sessions: [0, 0, 0] });
});

it("redis-cluster-node-loss: the sessions of the dead server are lost, the others wait", async () => {
  const { exitCode, result } = await lab.json(["scenario", "redis-cluster-node-loss", ...narrow]);

  const cluster = result.architectures.find(({ store }) => store === "redis-cluster")!;
  expect(cluster.mismatches).toBe(0);
  expect(cluster.fates).toEqual(cluster.expected);
  expect((cluster.fates.lost ?? 0) + (cluster.fates.survived ?? 0)).toBe(9);
  expect(cluster.exposed).toBe(cluster.fates.lost ?? 0);
  expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
  expect(exitCode).toBe(0);
});

it.each([
  ["redis-restart", "9 lost"],
  ["redis-crash", "9 lost"],
  ["redis-outage", "9 survived"],
])(
  "%s hits their servers, too: what an append-only file keeps is there, a cluster without one has %s",
  async (scenario, cluster) => {
    const stores = ["--store", "memory,redis-sentinel,redis-cluster"];
    const { exitCode, result } = await lab.json(["scenario", scenario, ...stores, ...narrow]);

    expect(fatesOf(result)).toEqual([
      "cookie.memory: 9 survived",
      `cookie.redis-cluster: ${cluster}`,
      "cookie.redis-sentinel: 9 survived",
    ]);
    expect(result.faults.map(({ target }) => target)).toEqual(expect.arrayContaining(["redis-ha1", "redis-c3"]));
    expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
    expect(exitCode).toBe(0);
  },
);
