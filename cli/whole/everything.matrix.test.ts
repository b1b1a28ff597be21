import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadScenario, scenarioIds } from "../catalogue.ts";
import type { Comparison } from "../report/decision-table.ts";
import { fatesOf, isSlowMachine, labCommand } from "../testing/run-lab.ts";
import { loadPolicies } from "../theory/policies.ts";
import { wouldWish } from "../theory/scenario.ts";
import { loadStores } from "../theory/stores.ts";
import type { Result } from "../verdict/result.ts";

/**
 * The one test of all architectures: every scenario on everything that it is about, by `lab compare`, on one lab that it starts and
 * removes. Two users for each app server are the fewest of which half, a third and all are different numbers.
 */
const lab = labCommand({ name: "test-everything" });
const users = 6;
const policies = loadPolicies().map(({ id }) => id);
const stores = loadStores().map(({ id }) => id);
/** Chance would answer otherwise; matrix.docker.test.ts takes more still. */
const takesMore = new Set(["cookie-loss", "office-nat", "roaming", "scale-out"]);

let comparison: Comparison;
let results: Map<string, Result>;
let exitCode: number | undefined;

beforeAll(async () => {
  const kept = join(lab.home, "compared.json");
  const compare = ["compare", "--json", "--users", `${users}`, "--scenario", scenarioIds().join(), "--resume", kept];
  for (let play = 1; ; play += 1) {
    const finished = await lab.run(compare);
    if (!finished.stdout.startsWith("{")) throw new Error(`no comparison; stderr:\n${finished.stderr}`);
    const document = JSON.parse(finished.stdout) as { comparison: Comparison; results: Result[] };
    ({ exitCode } = finished);
    ({ comparison } = document);
    results = new Map(document.results.map((result) => [result.scenario.id, result]));
    // What this machine kept from a verdict is measured again, as labCommand's json() does it; the rest stands.
    const sound = document.results.filter(({ reasons }) => !reasons.some(isSlowMachine));
    if (sound.length === document.results.length || play === 3) break;
    console.warn(`${document.results.length - sound.length} scenarios are played again: this machine was too slow`);
    writeFileSync(kept, JSON.stringify(sound));
  }
}, 1_200_000);

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

describe("every scenario, over all policies and stores that it is about", () => {
  it.each(scenarioIds())("%s comes out as theory says, with a cause for every session that did not survive", (id) => {
    const result = results.get(id)!;
    expect(result).toMatchObject({ verdict: "confirmed", reasons: [], run: { complete: true } });
    expect(result.faults.filter(({ confirmed, healed }) => !confirmed || !healed)).toEqual([]);
    const causes = result.architectures.flatMap((architecture) => architecture.causes.map(({ cause }) => cause));
    expect(causes).not.toContain("unattributed");
  });

  it.each(scenarioIds())("%s leaves out no architecture", async (id) => {
    const { architectures, compare } = await loadScenario(id);
    const { stores: own = "all" } = architectures;
    const isNarrow = own !== "all" && (!compare || compare.decidedBy === "policy");
    const expected = isNarrow ? [...new Set([...own, architectures.controlStore ?? own[0]!])] : stores;
    const measured = results.get(id)!.architectures.map((architecture) => architecture.id);
    expect(measured.sort()).toEqual(policies.flatMap((policy) => expected.map((store) => `${policy}.${store}`)).sort());
  });

  it("all in all: no mismatch, nothing without a cause, nothing left behind", () => {
    const { totals } = comparison;
    expect(totals).toMatchObject({
      scenarios: scenarioIds().length,
      architectures: policies.length * stores.length,
      mismatches: 0,
      unattributed: 0,
    });
    expect(comparison.besides).toEqual([]);
    expect(exitCode).toBe(0);
    console.info(`${totals.cells} cells in ${Math.round(totals.durationMs / 1_000)} s`);
  });
});

const all = "6 survived";
const third = "2 lost, 4 survived";
const astray = "2 orphaned, 4 survived";
const half = "3 lost, 3 survived";
const both = (fates: string) => ({ "cookie.memory": fates, "ip-hash.memory": fates });
const redis = (none: string, points: string, file: string) => ({
  "cookie.redis": none,
  "cookie.redis-rdb": points,
  "cookie.redis-aof": file,
});
const groups = (cluster: string, sentinel: string) => ({
  "cookie.redis-cluster": cluster,
  "cookie.redis-sentinel": sentinel,
});

/** What does not follow from theory but from counting: each of these cells is decided by where users were placed, two on each server. */
const counted: Record<string, Record<string, string>> = {
  login: { ...both(all), "round-robin.memory": "6 unstable", "round-robin.redis": all },
  "server-crash": {
    ...both(third),
    ...redis(all, all, all),
    "ip-hash.redis-aof": all,
    "ip-hash.redis-rdb": all,
    "round-robin.memory": "6 unstable",
    "round-robin.redis": all,
    "round-robin.redis-aof": all,
    "round-robin.redis-rdb": all,
  },
  "server-restart": both(third),
  "server-freeze": { "cookie.memory": astray, "ip-hash.memory": all },
  "server-partition": { "cookie.memory": astray, "ip-hash.memory": all },
  "server-return": { "cookie.memory": all, "ip-hash.memory": astray },
  "balancer-restart": both(all),
  "redis-outage": { ...both(all), ...groups(all, all) },
  "logout-replay": {
    ...both(all),
    "cookie.jwt": "6 resurrected",
    "cookie.jwt-denylist": all,
    "cookie.redis-fallback": all,
  },
  "rolling-deploy": both("6 lost"),
  "rolling-deploy-drain": both("6 lost"),
  "scale-in": both(astray),
  "blue-green": both("6 orphaned"),
  "redis-restart": { ...both(all), ...redis("6 lost", all, all), ...groups("6 lost", all) },
  "redis-crash": { ...both(all), ...redis("6 lost", "6 lost", all), ...groups("6 lost", all) },
  "redis-eviction": { ...both(all), ...redis(half, "6 lost", all) },
  "redis-aof-late": { "cookie.memory": all, "cookie.redis-rdb": "6 lost" },
  "session-expiry": { "cookie.memory": half, "cookie.redis": half },
  "session-fixation": { "cookie.memory": all, "cookie.redis": all },
  "forged-affinity": {
    "cookie.memory": "6 orphaned",
    "cookie-hash.memory": "6 orphaned",
    "node-cookie.memory": "6 orphaned",
    "ip-hash.memory": all,
  },
};

/** Wherever a session does not live in the memory of an app server or in a Redis that is broken, it stays. */
const untouched = ["login", "server-", "scale-in", "blue-green", "rolling-deploy", "balancer-restart", "redis-outage"];

describe.each(Object.entries(counted))("%s", (id, cells) => {
  it("comes out as counting says", () => {
    const isUntouched = untouched.some((prefix) => id.startsWith(prefix));
    const outside = isUntouched ? { "cookie.redis": all, "ip-hash.redis": all } : {};
    expect(fatesIn(id)).toMatchObject({ ...outside, ...cells });
  });
});

describe("what decides besides where users were placed", () => {
  it("redis-restart and redis-crash reach every Redis, those of the groups included", () => {
    for (const [id, kind] of [
      ["redis-restart", "restart"],
      ["redis-crash", "kill"],
    ] as const) {
      const hit = results.get(id)!.faults.map((fault) => `${fault.kind} ${fault.target} ${fault.confirmed}`);
      const servers = ["redis", "redis-aof", "redis-rdb", "redis-ha1", "redis-c3"];
      expect(hit).toEqual(expect.arrayContaining(servers.map((server) => `${kind} ${server} true`)));
    }
  });

  it("login breaks nothing", () => {
    expect(results.get("login")!.faults).toEqual([]);
  });

  it("session-expiry: idle sessions end everywhere, and only memory keeps what has ended", () => {
    expect(causesIn("session-expiry")).toEqual(["idle-for-too-long"]);
    expect(measured("session-expiry", "ended sessions that the store still holds")).toMatchObject({
      "cookie.memory": 3,
      "cookie.redis": 0,
    });
  });

  it("logout-replay: a copy opens a token always and a fallback while Redis is away; neither can be revoked", async () => {
    expect(measured("logout-replay", "copied cookies that opened the session while Redis was away")).toMatchObject({
      "cookie.jwt": 6,
      "cookie.jwt-denylist": 0,
      "cookie.memory": 0,
      "cookie.redis": 0,
      "cookie.redis-fallback": 6,
    });
    const scenario = await loadScenario("logout-replay");
    const own = results.get("logout-replay")!.architectures.filter(({ policy }) => policy === "cookie");
    const revocable = own.filter((one) => wouldWish(scenario, one)).map(({ store }) => store);
    expect(["jwt-denylist", "memory", "redis"].filter((store) => !revocable.includes(store))).toEqual([]);
    expect(["jwt", "redis-fallback"].filter((store) => revocable.includes(store))).toEqual([]);
  });

  it("forged-affinity: a cookie that names a server can be written by whoever wants that server", () => {
    expect(causesIn("forged-affinity")).toEqual(["affinity-cookie-forged"]);
    expect(measured("forged-affinity", "app servers that a stranger can choose by name or number")).toMatchObject({
      "cookie.memory": 3,
      "node-cookie.memory": 3,
    });
  });

  it("redis-cluster-node-loss: the sessions of the dead server are lost, the others wait", () => {
    for (const { store, fates, expected, exposed } of results.get("redis-cluster-node-loss")!.architectures) {
      if (store !== "redis-cluster") continue;
      expect(fates).toEqual(expected);
      expect((fates.lost ?? 0) + (fates.survived ?? 0)).toBe(users);
      expect(exposed).toBe(fates.lost ?? 0);
    }
  });

  it("where no chance is told otherwise, as many users took part as were asked for", () => {
    const others = [...results.values()].filter(({ scenario }) => !takesMore.has(scenario.id));
    expect(new Set(others.map(({ run }) => run.users))).toEqual(new Set([users]));
  });
});

function fatesIn(id: string): Record<string, string> {
  return Object.fromEntries(fatesOf(results.get(id)!).map((line) => line.split(": ")));
}

function causesIn(id: string): string[] {
  return [...new Set(results.get(id)!.architectures.flatMap(({ causes }) => causes.map(({ cause }) => cause)))];
}

function measured(id: string, name: string): Record<string, number | undefined> {
  return Object.fromEntries(
    results.get(id)!.architectures.map((one) => [one.id, one.measures.find((measure) => measure.name === name)?.value]),
  );
}
