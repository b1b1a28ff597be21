import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readHistory } from "../history/reader.ts";
import { named, sparesAmong } from "../history/services.ts";
import { ownServices } from "../lab/own-services.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";
import { ipHashServer } from "../theory/placement/ip-hash.ts";
import type { Result } from "../verdict/result.ts";

/** Each scenario once, on the two kinds of affinity and on a store inside and outside of the app servers. */
const lab = labCommand({ name: "test-matrix" });
const appServers = named(ownServices, "app-server");
const spareServers = sparesAmong(ownServices);
const narrow = ["--policy", "cookie,ip-hash", "--store", "memory,redis", "--users", "6"];

beforeAll(async () => {
  await lab.up(["--with", "spare"]);
});

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

const all = "6 survived";
const some = "2 orphaned, 4 survived";

/** Each of these cells is decided by where users were placed, two on each app server: none is a matter of luck. */
describe.each<[scenario: string, cookieMemory: string, ipHashMemory: string]>([
  ["server-restart", "2 lost, 4 survived", "2 lost, 4 survived"],
  ["server-freeze", some, all],
  ["server-partition", some, all],
  ["server-return", all, some],
  ["balancer-restart", all, all],
  ["redis-outage", all, all],
  ["office-nat", all, all],
  ["logout-replay", all, all],
  ["rolling-deploy", "6 lost", "6 lost"],
  ["rolling-deploy-drain", "6 lost", "6 lost"],
  ["scale-in", some, some],
  ["blue-green", "6 orphaned", "6 orphaned"],
])("%s", (scenario, cookieMemory, ipHashMemory) => {
  it("comes out as theory says, with a cause for every session that did not survive", async () => {
    const { fates } = await confirmed(["scenario", scenario, ...narrow]);
    // balancer-restart takes cookie-learn along: a restarted balancer touches nobody else.
    expect(fates).toMatchObject({
      "cookie.memory": cookieMemory,
      "cookie.redis": all,
      "ip-hash.memory": ipHashMemory,
      "ip-hash.redis": all,
    });
  });
});

/** Where nginx's arithmetic decides, the test does the sum with the addresses that are on record. */
describe.each<[scenario: string, seatsAfter: (user: RecordedUser) => string | undefined]>([
  ["roaming", ({ address, newAddress }) => seatOf(newAddress ?? address, appServers)],
  ["scale-out", ({ address }) => seatOf(address, [...appServers, ...spareServers.slice(0, 1)])],
])("%s", (scenario, seatAfter) => {
  it("orphans under ip-hash exactly those whom the arithmetic leads elsewhere, at least one, and nobody else", async () => {
    const { fates, users } = await confirmed(["scenario", scenario, ...narrow, "--users", "60"]);
    const own = users.filter(({ architecture }) => architecture === "ip-hash.memory");
    const moved = own.filter((user) => seatAfter(user) !== seatOf(user.address, appServers)).length;
    expect(own).toHaveLength(60);
    // Each keeps its server with a probability of one in three or four: all of 60 do so never.
    expect(moved).toBeGreaterThan(0);
    expect(fates).toEqual({
      "cookie.memory": "60 survived",
      "cookie.redis": "60 survived",
      "ip-hash.memory": [`${moved} orphaned`, ...(moved < 60 ? [`${60 - moved} survived`] : [])].sort().join(", "),
      "ip-hash.redis": "60 survived",
    });
  });
});

it("cookie-loss: of many who lose the balancer's cookie some are led back by chance, and some are not", async () => {
  const many = ["--policy", "cookie,ip-hash", "--store", "memory,redis", "--users", "60"];
  const { fates, result } = await confirmed(["scenario", "cookie-loss", ...many]);
  const cookieMemory = result.architectures.find(({ id }) => id === "cookie.memory")!;
  // Each is led back with a probability of one in three. That it is all or none of 60 comes to less than once in 10,000,000,000 runs.
  expect(cookieMemory.fates.orphaned).toBeGreaterThan(0);
  expect(cookieMemory.fates.survived).toBeGreaterThan(0);
  expect(cookieMemory.fates.orphaned! + cookieMemory.fates.survived!).toBe(60);
  const others = ["cookie.redis", "ip-hash.memory", "ip-hash.redis"];
  expect(others.map((id) => fates[id])).toEqual(Array(3).fill("60 survived"));
});

interface RecordedUser {
  architecture: string;
  address: string;
  newAddress?: string;
}

/** Plays it, and demands that theory was right and that every harm has its cause. */
async function confirmed(args: string[]) {
  const { exitCode, result } = await lab.json(args);
  expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
  const causes = result.architectures.flatMap((architecture) => architecture.causes.map(({ cause }) => cause));
  expect(causes).not.toContain("unattributed");
  expect(exitCode).toBe(0);
  const fates: Record<string, string> = Object.fromEntries(fatesOf(result).map((line) => line.split(": ")));
  return { result, fates, users: await usersOf(result) };
}

async function usersOf({ run }: Result): Promise<RecordedUser[]> {
  const users = new Map<string, RecordedUser>();
  for await (const event of readHistory(join(lab.home, "runs", run.id, "history.jsonl"))) {
    if (event.type === "user" && event.role === "subject") users.set(event.user, event);
    const user = event.type === "change" ? users.get(event.user) : undefined;
    const newAddress = event.type === "change" ? / to ([\d.]+)$/.exec(event.says)?.[1] : undefined;
    if (user && newAddress !== undefined) user.newAddress = newAddress;
  }
  return [...users.values()];
}

function seatOf(address: string, servers: readonly string[]): string | undefined {
  return ipHashServer(
    address,
    servers.map((name) => ({ name })),
  );
}

it("office-nat: one office is one app server under ip-hash, and several under cookie", async () => {
  const { result } = await lab.json([
    "scenario",
    "office-nat",
    "--policy",
    "cookie,ip-hash",
    "--store",
    "memory",
    "--users",
    "30",
  ]);
  const shares = Object.fromEntries(result.architectures.map(({ id, measures }) => [id, measures[0]!.value]));
  expect(shares["ip-hash.memory"]).toBe(1);
  expect(shares["cookie.memory"]).toBeLessThan(0.67);
});

it("scale-out: each browser of cookie-hash is found where the ring of four servers says", async () => {
  const { result } = await lab.json([
    "scenario",
    "scale-out",
    "--policy",
    "cookie-hash,cookie",
    "--store",
    "memory",
    "--users",
    "200",
  ]);
  const { fates, mismatches } = result.architectures.find(({ policy }) => policy === "cookie-hash")!;
  expect(mismatches).toBe(0);
  // About one in four: nobody or half would be another arithmetic. Where the ring decides for each by itself, chance makes it none or
  // half of 200 less than once in 10,000,000,000 runs.
  expect(fates.orphaned).toBeGreaterThan(0);
  expect(fates.survived).toBeGreaterThan(fates.orphaned!);
});

it("compare: says which architectures meet the needs, from measured cells", async () => {
  const chosen = [
    "--scenario",
    "server-crash,redis-crash",
    "--policy",
    "cookie",
    "--store",
    "memory,redis,redis-aof",
    "--need",
    "survive-crash,survive-redis-crash",
  ];
  const { exitCode, stdout } = await lab.run(["compare", ...chosen]);
  expect(stdout).toContain("Qualify: cookie.redis-aof\n");
  expect(stdout).toContain("- cookie.memory is ruled out by survive-crash\n");
  expect(stdout).toContain("- cookie.redis is ruled out by survive-redis-crash");
  expect(exitCode).toBe(0);
});
