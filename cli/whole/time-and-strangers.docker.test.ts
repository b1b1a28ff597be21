import { afterAll, beforeAll, expect, it } from "vitest";
import { labDeployment } from "../lab/lab-deployment.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { findLab } from "../lab/start-lab.ts";
import logoutReplay from "../scenarios/logout-replay.ts";
import { execIn } from "../subject/deployment.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";
import { wouldWish } from "../theory/scenario.ts";
import type { Result } from "../verdict/result.ts";

const name = "test-time";
const lab = labCommand({ name });
const engine = new LabEngine();
const cookieOnly = ["--policy", "cookie", "--users", "6"];

beforeAll(async () => {
  expect(await lab.run(["up"])).toMatchObject({ exitCode: 0 });
});

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

it("session-expiry: idle sessions end everywhere, regulars stay, and only memory keeps what has ended", async () => {
  const { exitCode, result } = await lab.json(["scenario", "session-expiry", ...cookieOnly, "--store", "memory,redis"]);
  expect(fatesOf(result)).toEqual(["cookie.memory: 3 lost, 3 survived", "cookie.redis: 3 lost, 3 survived"]);
  expect(causesIn(result)).toEqual(["idle-for-too-long"]);
  expect(measured(result, "ended sessions that the store still holds")).toEqual({
    "cookie.memory": 3,
    "cookie.redis": 0,
  });
  expect(exitCode).toBe(0);
});

it("redis-eviction: the least used go, or all that expire, or none and writes fail; and all settings are as before", async () => {
  const before = await settings();
  const { exitCode, result } = await lab.json([
    "scenario",
    "redis-eviction",
    ...cookieOnly,
    "--store",
    "memory,redis,redis-rdb,redis-aof",
  ]);
  expect(fatesOf(result)).toEqual([
    "cookie.memory: 6 survived",
    "cookie.redis: 3 lost, 3 survived",
    "cookie.redis-aof: 6 survived",
    "cookie.redis-rdb: 6 lost",
  ]);
  expect(causesIn(result)).toEqual(["evicted"]);
  expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
  expect(exitCode).toBe(0);
  expect(await settings()).toEqual(before);
});

it("redis-aof-late: the right way logs nobody out, the late way everybody; and all settings are as before", async () => {
  const before = await settings();
  const { exitCode, result } = await lab.json(["scenario", "redis-aof-late", ...cookieOnly]);
  expect(fatesOf(result)).toEqual(["cookie.memory: 6 survived", "cookie.redis-rdb: 6 lost"]);
  expect(causesIn(result)).toEqual(["append-only-file-was-new"]);
  expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
  expect(exitCode).toBe(0);
  expect(await settings()).toEqual(before);
});

it("Ctrl-C in the middle of it leaves all settings as before", async () => {
  const before = await settings();
  const run = lab.start(["scenario", "redis-eviction", ...cookieOnly, "--store", "memory,redis"]);
  let said = "";
  for await (const chunk of run.stderr) {
    said += String(chunk);
    if (!said.includes("Memory is full")) continue;
    run.kill("SIGINT");
    break;
  }
  expect(said).toContain("Memory is full");
  expect((await run).exitCode).toBe(130);
  expect(await settings()).toEqual(before);
});

it("logout-replay: a copy opens a token always and a fallback while Redis is away; neither can be revoked", async () => {
  const stores = ["memory", "redis", "redis-fallback", "jwt", "jwt-denylist"];
  const { exitCode, result } = await lab.json(["scenario", "logout-replay", ...cookieOnly, "--store", stores.join()]);
  expect(fatesOf(result)).toEqual([
    "cookie.jwt: 6 resurrected",
    "cookie.jwt-denylist: 6 survived",
    "cookie.memory: 6 survived",
    "cookie.redis: 6 survived",
    "cookie.redis-fallback: 6 survived",
  ]);
  expect(measured(result, "copied cookies that opened the session while Redis was away")).toEqual({
    "cookie.jwt": 6,
    "cookie.jwt-denylist": 0,
    "cookie.memory": 0,
    "cookie.redis": 0,
    "cookie.redis-fallback": 6,
  });
  const revocable = result.architectures.filter((architecture) => wouldWish(logoutReplay, architecture));
  expect(revocable.map(({ store }) => store)).toEqual(["jwt-denylist", "memory", "redis"]);
  expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
  expect(exitCode).toBe(0);
});

it("session-fixation: a planted cookie opens nothing", async () => {
  const { exitCode, result } = await lab.json([
    "scenario",
    "session-fixation",
    ...cookieOnly,
    "--store",
    "memory,redis",
  ]);
  expect(fatesOf(result)).toEqual(["cookie.memory: 6 survived", "cookie.redis: 6 survived"]);
  expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
  expect(exitCode).toBe(0);
});

it("forged-affinity: leads astray who forges it, and opens nobody's session", async () => {
  const { exitCode, result } = await lab.json([
    "scenario",
    "forged-affinity",
    "--policy",
    "cookie,cookie-hash,node-cookie,ip-hash",
    "--store",
    "memory",
    "--users",
    "3",
  ]);
  expect(fatesOf(result)).toEqual([
    "cookie.memory: 3 orphaned",
    "cookie-hash.memory: 3 orphaned",
    "ip-hash.memory: 3 survived",
    "node-cookie.memory: 3 orphaned",
  ]);
  expect(causesIn(result)).toEqual(["affinity-cookie-forged"]);
  expect(measured(result, "app servers that a stranger can choose by name or number")).toMatchObject({
    "cookie.memory": 3,
    "node-cookie.memory": 3,
  });
  expect(exitCode).toBe(0);
});

function causesIn({ architectures }: Result): string[] {
  return [...new Set(architectures.flatMap(({ causes }) => causes.map(({ cause }) => cause)))];
}

function measured({ architectures }: Result, name: string): Record<string, number | undefined> {
  return Object.fromEntries(
    architectures.map(({ id, measures }) => [id, measures.find((measure) => measure.name === name)?.value]),
  );
}

/** All settings of the three Redis servers, the files that they keep, and keys that are no sessions. */
async function settings(): Promise<string[]> {
  const running = (await findLab(name, engine))!;
  const script =
    "redis-cli CONFIG GET '*' | paste - - | sort; ls /data | grep -v rdb$; redis-cli --scan --pattern 'another-application:*'";
  return Promise.all(
    ["redis", "redis-rdb", "redis-aof"].map((service) =>
      execIn({ deployment: labDeployment(running, engine), service }, ["sh", "-c", script]),
    ),
  );
}
