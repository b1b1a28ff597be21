import { afterAll, beforeAll, expect, it } from "vitest";
import { labDeployment } from "../lab/lab-deployment.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { findLab } from "../lab/start-lab.ts";
import { execIn } from "../subject/deployment.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";
import type { Result } from "../verdict/result.ts";

/** What scenarios do to the settings of Redis, and how its stores are chosen; matrix.docker.test.ts has what becomes of sessions. */
const name = "test-redis";
const lab = labCommand({ name });
const engine = new LabEngine();
const cookieOnly = ["--policy", "cookie", "--users", "6"];

beforeAll(async () => {
  await lab.up();
});

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

it.each([
  ["--aof", ["jwt-denylist", "memory", "redis-aof", "redis-fallback", "spring"]],
  ["--no-aof", ["memory", "redis", "redis-rdb"]],
])("redis-restart %s takes only these stores, the control included: %j", async (option, stores) => {
  const { result } = await lab.json(["scenario", "redis-restart", option, ...cookieOnly]);
  expect(result.architectures.map(({ store }) => store)).toEqual(stores);
  expect(result.verdict).toBe("confirmed");
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

function causesIn({ architectures }: Result): string[] {
  return [...new Set(architectures.flatMap(({ causes }) => causes.map(({ cause }) => cause)))];
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
