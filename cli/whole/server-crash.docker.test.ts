import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inventory, strayVolumes } from "../testing/engine-inventory.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";

const lab = labCommand({ name: "test-crash" });
const reports = ["trials.html", "trials.ndjson", "trials.xml"].map((file) => join(lab.home, file));
const narrow = ["--policy", "cookie,ip-hash", "--store", "memory,redis"];

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

describe("lab scenario server-crash, with no lab running", () => {
  it("starts a lab, finds that exactly the sessions in the victim's memory are lost, and leaves nothing behind", async () => {
    const volumesBefore = await strayVolumes();

    const { exitCode, result } = await lab.json(["scenario", "server-crash"]);

    expect(result.reasons).toEqual([]);
    const classic = fatesOf(result).filter((line) =>
      /^(cookie|ip-hash|round-robin)\.(memory|redis|redis-aof|redis-rdb):/.test(line),
    );
    expect(classic).toMatchInlineSnapshot(`
      [
        "cookie.memory: 10 lost, 20 survived",
        "cookie.redis: 30 survived",
        "cookie.redis-aof: 30 survived",
        "cookie.redis-rdb: 30 survived",
        "ip-hash.memory: 10 lost, 20 survived",
        "ip-hash.redis: 30 survived",
        "ip-hash.redis-aof: 30 survived",
        "ip-hash.redis-rdb: 30 survived",
        "round-robin.memory: 30 unstable",
        "round-robin.redis: 30 survived",
        "round-robin.redis-aof: 30 survived",
        "round-robin.redis-rdb: 30 survived",
      ]
    `);
    expect(result).toMatchObject({ verdict: "confirmed", reasons: [], leftovers: [], run: { complete: true } });
    expect(result.architectures.map(({ mismatches }) => mismatches)).toEqual(result.architectures.map(() => 0));
    expect(result.faults).toMatchObject([{ kind: "kill", target: "app2", confirmed: true, healed: true }]);
    expect(exitCode).toBe(0);
    expect(await inventory("test-crash")).toEqual([]);
    expect(await strayVolumes()).toEqual(volumesBefore);
  });

  it("gives the same result and exit code when its history is judged again", async () => {
    const { exitCode, result } = await lab.json(["judge", "last"]);
    const stored = readFileSync(join(lab.home, "runs", result.run.id, "result.json"), "utf8");

    expect(result).toEqual(JSON.parse(stored));
    expect(exitCode).toBe(0);
  });
});

describe("lab scenario server-crash, ten times in a row on a running lab", () => {
  let before: string[];
  beforeAll(async () => {
    await lab.up();
    before = await inventory("test-crash");
  });

  it.each([
    ["app1", 1, "0 survived, 1 lost"],
    ["app1", 2, "1 survived, 1 lost"],
    ["app2", 7, "4 survived, 3 lost"],
    ["app3", 30, "20 survived, 10 lost"],
    ["app1", 3, "2 survived, 1 lost"],
    ["app3", 6, "4 survived, 2 lost"],
    ["app2", 6, "4 survived, 2 lost"],
    ["app2", 6, "4 survived, 2 lost"],
    ["app3", 9, "6 survived, 3 lost"],
    ["app1", 6, "4 survived, 2 lost"],
  ])("with --victim %s and --users %i the memory stores with affinity show %s", async (victim, users, expected) => {
    const { exitCode, result } = await lab.json([
      "scenario",
      "server-crash",
      "--victim",
      victim,
      "--users",
      `${users}`,
      ...narrow,
    ]);

    const summary = Object.fromEntries(
      result.architectures.map(({ id, fates }) => [id, `${fates.survived ?? 0} survived, ${fates.lost ?? 0} lost`]),
    );
    expect(summary["cookie.memory"]).toBe(expected);
    expect(summary["ip-hash.memory"]).toBe(expected);
    expect(summary["cookie.redis"]).toBe(`${users} survived, 0 lost`);
    expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
    expect(exitCode).toBe(0);
  });

  it("leaves that lab as it was", async () => {
    expect(await inventory("test-crash")).toEqual(before);
  });
});

describe("lab scenario server-crash, in several trials and with many users", () => {
  it("repeats itself with --trials: the victims take turns, and the counts add up", async () => {
    const { exitCode, result } = await lab.json([
      ...["scenario", "server-crash", "--trials", "3", "--users", "3"],
      ...["--policy", "cookie", "--store", "memory,redis"],
      ...reports.flatMap((file) => ["--report", file]),
    ]);
    expect(result.faults.map(({ target }) => target)).toEqual(["app2", "app3", "app1"]);
    expect(fatesOf(result)).toEqual(["cookie.memory: 3 lost, 6 survived", "cookie.redis: 9 survived"]);
    expect(result).toMatchObject({ verdict: "confirmed", run: { trials: 3 } });
    expect(exitCode).toBe(0);
  });

  it("tells of each trial in its reports", () => {
    const [page, events, junit] = reports.map((file) => readFileSync(file, "utf8"));
    expect(page!.match(/"victim":"app\d"/g)).toEqual(['"victim":"app2"', '"victim":"app3"', '"victim":"app1"']);
    expect(events!.match(/^\{"type":"run"/gm)).toHaveLength(3);
    expect(junit).toMatch(/<testsuites [^>]* failures="0" errors="0"/);
  });

  it("tells 2,000 users of each of two architectures apart, session by session", async () => {
    const two = ["--policy", "ip-hash", "--store", "memory,redis", "--users", "2000"];

    const { exitCode, result } = await lab.json(["scenario", "server-crash", ...two]);

    expect(fatesOf(result)).toEqual(["ip-hash.memory: 1333 survived, 667 lost", "ip-hash.redis: 2000 survived"]);
    expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
    expect(exitCode).toBe(0);
  });
});
