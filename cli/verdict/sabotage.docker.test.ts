import { describe, expect, it, onTestFinished } from "vitest";
import { inventory } from "../testing/engine-inventory.ts";
import { copyPackage, type PackageCopy } from "../testing/package-copy.ts";
import { labCommand } from "../testing/run-lab.ts";

/** Runs a scenario from a copy of the package in which one thing was broken on purpose. */
async function runSabotaged(sabotage: (copy: PackageCopy) => void, args: string[]) {
  const copy = copyPackage();
  const lab = labCommand({ name: "test-sabotage", root: copy.root });
  onTestFinished(async () => {
    await lab.run(["down"]);
    lab[Symbol.dispose]();
    copy[Symbol.dispose]();
    expect(await inventory("test-sabotage")).toEqual([]);
  });
  sabotage(copy);
  return lab.json(["scenario", ...args, "--users", "6"]);
}

describe("a broken architecture is noticed, never confirmed", () => {
  it("refutes ip-hash.memory when ip_hash is missing from its policy", async () => {
    const { exitCode, result } = await runSabotaged(
      (copy) => copy.change("nginx/policies/ip-hash.conf", "    ip_hash;\n", ""),
      ["server-crash", "--policy", "ip-hash", "--store", "memory,redis"],
    );
    expect(result.architectures.map(({ id, verdict }) => `${id} ${verdict}`)).toContain("ip-hash.memory refuted");
    expect(exitCode).toBe(1);
  });

  it("refutes cookie.memory when nginx sets no affinity cookie", async () => {
    const { exitCode, result } = await runSabotaged(
      (copy) => copy.change("nginx/policies/cookie.conf", /\n {4}sticky cookie [^;]*;/, ""),
      ["server-crash", "--policy", "cookie", "--store", "memory,redis"],
    );
    expect(result.architectures.map(({ id, verdict }) => `${id} ${verdict}`)).toContain("cookie.memory refuted");
    expect(exitCode).toBe(1);
  });

  it("refutes redis-aof when its AOF is switched off", async () => {
    const { exitCode, result } = await runSabotaged(
      (copy) => copy.change("compose/compose.yaml", '--appendonly, "yes"', '--appendonly, "no"'),
      ["redis-crash", "--policy", "cookie", "--aof"],
    );
    const { id, verdict, fates } = result.architectures.find(({ store }) => store === "redis-aof")!;
    expect({ id, verdict, fates }).toEqual({ id: "cookie.redis-aof", verdict: "refuted", fates: { lost: 6 } });
    expect(exitCode).toBe(1);
  });

  it("refutes jwt-denylist when the denylist is not consulted", async () => {
    const { exitCode, result } = await runSabotaged(
      (copy) => copy.change("dist/app/server.cjs", "denylist?.has(", "undefined?.has("),
      ["logout-replay", "--policy", "cookie", "--store", "redis,jwt,jwt-denylist"],
    );
    expect(result.architectures.map(({ id, verdict, fates }) => ({ id, verdict, fates }))).toEqual([
      { id: "cookie.jwt", verdict: "confirmed", fates: { resurrected: 6 } },
      { id: "cookie.jwt-denylist", verdict: "refuted", fates: { resurrected: 6 } },
      { id: "cookie.redis", verdict: "confirmed", fates: { survived: 6 } },
    ]);
    expect(exitCode).toBe(1);
  });

  it("refutes redis-sentinel when too few Sentinels are left to agree on a failover", async () => {
    const { exitCode, result } = await runSabotaged(
      (copy) =>
        copy.change(
          "dist/cli/scenarios/redis-failover.js",
          "inject(kill(master))",
          'inject(kill(master), kill("sentinel1"), kill("sentinel2"))',
        ),
      ["redis-failover", "--policy", "cookie"],
    );
    const { verdict, reasons } = result.architectures.find(({ store }) => store === "redis-sentinel")!;
    expect(verdict).toBe("refuted");
    expect(reasons.join("; ")).toContain(
      "answers that the store gave while the old master was dead: 0, expected at least 1",
    );
    expect(exitCode).toBe(1);
  });

  it("refutes redis-cluster when its servers keep on disk what they are said to lose", async () => {
    const { exitCode, result } = await runSabotaged(
      (copy) => copy.change("compose/compose.yaml", /(redis-cluster\.sh.*)--appendonly, "no"/, '$1--appendonly, "yes"'),
      ["redis-cluster-node-loss", "--policy", "cookie"],
    );
    const { verdict, fates } = result.architectures.find(({ store }) => store === "redis-cluster")!;
    expect({ verdict, fates }).toEqual({ verdict: "refuted", fates: { survived: 6 } });
    expect(exitCode).toBe(1);
  });

  it("refutes redis-cluster when the living servers go on without the dead one", async () => {
    const { exitCode, result } = await runSabotaged(
      (copy) =>
        copy.change(
          "compose/redis-cluster.sh",
          "--cluster-enabled yes",
          "--cluster-enabled yes --cluster-require-full-coverage no",
        ),
      ["redis-cluster-node-loss", "--policy", "cookie"],
    );
    const { verdict, reasons } = result.architectures.find(({ store }) => store === "redis-cluster")!;
    expect(verdict).toBe("refuted");
    expect(reasons.join("; ")).toContain("refused requests of users whose session is on a server that lives");
    expect(exitCode).toBe(1);
  });

  it("refutes the run when the app answers with another user's session", async () => {
    const { exitCode, result } = await runSabotaged(
      // Every tenth answer shows whoever was answered before.
      (copy) =>
        copy.change(
          "dist/app/server.cjs",
          "function whoAmIAnswer(",
          "let before, turn = 0; function whoAmIAnswer(...all) { const now = honestAnswer(...all); const shown = before && ++turn % 10 === 0 ? before : now; if (now.authenticated) before = now; return shown; } function honestAnswer(",
        ),
      ["login", "--policy", "cookie", "--store", "redis"],
    );
    expect(result.architectures[0]!.fates).toHaveProperty("crossed");
    expect(result.verdict).toBe("refuted");
    expect(exitCode).toBe(1);
  });

  it("refutes every store whose sessions do not end when they are idle", async () => {
    const { exitCode, result } = await runSabotaged(
      (copy) => copy.change("dist/app/server.cjs", "return idleSeconds * 1e3;", "return IDLE_SECONDS * 1e3;"),
      ["session-expiry", "--policy", "cookie", "--store", "memory,redis"],
    );
    expect(result.architectures.map(({ id, verdict, mismatches }) => `${id} ${verdict} ${mismatches}`)).toEqual([
      "cookie.memory refuted 3",
      "cookie.redis refuted 3",
    ]);
    expect(exitCode).toBe(1);
  });

  it("refutes the run when a login keeps the session id that was planted before it", async () => {
    const { exitCode, result } = await runSabotaged(
      (copy) =>
        copy.change(
          "dist/app/server.cjs",
          /await this\.#parts\.ask\(\(done\) => this\.#request\.session\.regenerate\(done\)\);/,
          "",
        ),
      ["session-fixation", "--policy", "cookie", "--store", "memory,redis"],
    );
    expect(result.architectures.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      "cookie.memory refuted",
      "cookie.redis refuted",
    ]);
    expect(result.reasons[0]).toContain("was shown another user's session");
    expect(exitCode).toBe(1);
  });

  it("does not confirm anything when two servers have each other's route name, though every session is led rightly", async () => {
    const { exitCode, result } = await runSabotaged(
      (copy) => {
        copy.change("nginx/policies/cookie.conf", "route=app1", "route=app0");
        copy.change("nginx/policies/cookie.conf", "route=app2", "route=app1");
        copy.change("nginx/policies/cookie.conf", "route=app0", "route=app2");
      },
      ["login", "--policy", "cookie", "--store", "memory"],
    );
    expect(result.architectures[0]!.fates).toEqual({ survived: 6 });
    expect(result.reasons.join()).toMatch(/the affinity cookie says SERVER_ID=app(1, and app2|2, and app1) answers/);
    expect(result.verdict).not.toBe("confirmed");
    expect(exitCode).toBe(2);
  });

  it("does not confirm a drained deployment when nginx is never told to drain", async () => {
    const { exitCode, result } = await runSabotaged(
      (copy) => copy.change("dist/cli/docker/upstreams.js", 'draining: "drain"', 'draining: ""'),
      ["rolling-deploy-drain", "--policy", "cookie", "--store", "memory,redis"],
    );
    expect(result.reasons[0]).toContain("fault not confirmed: drain app1");
    expect(result.verdict).not.toBe("confirmed");
    expect(exitCode).not.toBe(0);
  });

  it("is inconclusive when the fault hits nothing", async () => {
    const { exitCode, result } = await runSabotaged(
      (copy) => copy.change("dist/cli/faults/kill.js", "inject: (service) => service.kill()", "inject: async () => {}"),
      ["server-crash", "--policy", "cookie", "--store", "memory,redis"],
    );
    expect(result.reasons[0]).toBe("fault not confirmed: kill app2");
    expect(result.architectures.map(({ fates }) => fates)).toEqual([{ "not-judged": 6 }, { "not-judged": 6 }]);
    expect(exitCode).toBe(2);
  });

  it("is inconclusive when a store is down during the baseline", async () => {
    const copy = copyPackage();
    const lab = labCommand({ name: "test-sabotage", root: copy.root });
    onTestFinished(async () => {
      await lab.run(["down"]);
      lab[Symbol.dispose]();
      copy[Symbol.dispose]();
    });
    // A scenario whose users meet a Redis that was killed before they came.
    copy.change("dist/cli/scenarios/redis-restart.js", "steps: [", 'steps: [inject(kill("redis")),');
    copy.change(
      "dist/cli/scenarios/redis-restart.js",
      "import restart",
      'import kill from "../faults/kill.js"; import restart',
    );

    const { exitCode, result } = await lab.json(["scenario", "redis-restart", "--policy", "cookie", "--users", "6"]);

    const redis = result.architectures.find(({ store }) => store === "redis")!;
    expect({ verdict: redis.verdict, fates: redis.fates }).toEqual({
      verdict: "inconclusive",
      fates: { "not-judged": 6 },
    });
    expect(exitCode).toBe(2);
  });
});
