import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inventory } from "../testing/engine-inventory.ts";
import { copyPackage, type PackageCopy } from "../testing/package-copy.ts";
import { type LabCommand, labCommand } from "../testing/run-lab.ts";
import type { Result } from "./result.ts";

/**
 * A broken architecture is noticed, never confirmed. Each test breaks one thing on purpose in a copy of the package. What can be
 * broken side by side shares a lab: each sabotage is in the way of its own architectures only, and the test reads only those,
 * beside an intact one that has to be confirmed.
 */
const name = "test-sabotage";

type Sabotage = (copy: PackageCopy) => void;

/** The `lab` command of a copy in which these things are broken. */
function labOf(sabotages: readonly Sabotage[]): LabCommand {
  const copy = copyPackage();
  const lab = labCommand({ name, root: copy.root });
  const dispose = () => {
    lab[Symbol.dispose]();
    copy[Symbol.dispose]();
  };
  try {
    for (const sabotage of sabotages) sabotage(copy);
  } catch (error) {
    dispose();
    throw error;
  }
  return { ...lab, [Symbol.dispose]: dispose };
}

/** One lab for the tests of a group. */
function startLab({ broken = [], profiles = [] }: { broken?: Sabotage[]; profiles?: string[] }) {
  let lab: LabCommand | undefined;
  beforeAll(async () => {
    lab = labOf(broken);
    await lab.up(profiles.flatMap((profile) => ["--with", profile]));
  });
  afterAll(async () => {
    await lab?.run(["down"]);
    lab?.[Symbol.dispose]();
    expect(await inventory(name)).toEqual([]);
  });
  return {
    scenario: (...args: string[]) => lab!.json(["scenario", "--users", "6", ...args]),
    /** Where it is on record who uses the lab: whoever has another state folder cannot tell, and is refused. */
    home: () => lab!.home,
  };
}

/** With what kept an inconclusive one from a verdict: no test here expects that of the machine. */
const verdictsOf = ({ architectures }: Result) =>
  architectures.map(({ id, verdict, reasons }) =>
    verdict === "inconclusive" ? `${id} ${verdict}: ${reasons.join("; ")}` : `${id} ${verdict}`,
  );

const cellOf = ({ architectures }: Result, id: string) => architectures.find((architecture) => architecture.id === id)!;

describe("broken files of nginx and Compose", () => {
  const { scenario } = startLab({
    profiles: ["redis-cluster"],
    broken: [
      (copy) => copy.change("nginx/policies/ip-hash.conf", "    ip_hash;\n", ""),
      (copy) => copy.change("nginx/policies/cookie.conf", /\n {4}sticky cookie [^;]*;/, ""),
      (copy) => copy.change("compose/compose.yaml", '--appendonly, "yes"', '--appendonly, "no"'),
      (copy) => copy.change("compose/compose.yaml", /(redis-cluster\.sh.*)--appendonly, "no"/, '$1--appendonly, "yes"'),
      (copy) =>
        copy.change(
          "compose/redis-cluster.sh",
          "--cluster-enabled yes",
          "--cluster-enabled yes --cluster-require-full-coverage no",
        ),
    ],
  });

  it("refutes ip-hash.memory when ip_hash is missing from its policy, and cookie.memory when nginx sets no affinity cookie", async () => {
    const { exitCode, result } = await scenario(
      ...["server-crash", "--policy", "ip-hash,cookie,node-cookie", "--store", "memory,redis"],
    );
    expect(verdictsOf(result)).toEqual([
      "cookie.memory refuted",
      "cookie.redis confirmed",
      "ip-hash.memory refuted",
      "ip-hash.redis confirmed",
      "node-cookie.memory confirmed",
      "node-cookie.redis confirmed",
    ]);
    expect(exitCode).toBe(1);
  });

  it("refutes redis-aof when its AOF is switched off", async () => {
    const { exitCode, result } = await scenario(
      "redis-crash",
      "--policy",
      "node-cookie",
      "--store",
      "memory,redis-aof",
    );
    expect(verdictsOf(result)).toEqual(["node-cookie.memory confirmed", "node-cookie.redis-aof refuted"]);
    expect(cellOf(result, "node-cookie.redis-aof").fates).toEqual({ lost: 6 });
    expect(exitCode).toBe(1);
  });

  it("refutes redis-cluster when its servers keep on disk what they are said to lose, and when the living go on without the dead one", async () => {
    const { exitCode, result } = await scenario("redis-cluster-node-loss", "--policy", "node-cookie", "--users", "18");
    const { verdict, fates, reasons } = cellOf(result, "node-cookie.redis-cluster");
    expect({ verdict, fates }).toEqual({ verdict: "refuted", fates: { survived: 18 } });
    expect(reasons.join("; ")).toContain("refused requests of users whose session is on a server that lives");
    expect(exitCode).toBe(1);
  });
});

describe("a broken app", () => {
  const { scenario } = startLab({
    broken: [
      (copy) => copy.change("dist/app/server.cjs", "denylist?.has(", "undefined?.has("),
      (copy) => copy.change("dist/app/server.cjs", "return idleSeconds * 1e3;", "return IDLE_SECONDS * 1e3;"),
      (copy) =>
        copy.change(
          "dist/app/server.cjs",
          /await this\.#parts\.ask\(\(done\) => this\.#request\.session\.regenerate\(done\)\);/,
          "",
        ),
      // Two servers have each other's route name.
      (copy) => {
        copy.change("nginx/policies/cookie.conf", "route=app1", "route=app0");
        copy.change("nginx/policies/cookie.conf", "route=app2", "route=app1");
        copy.change("nginx/policies/cookie.conf", "route=app0", "route=app2");
      },
    ],
  });

  it("refutes jwt-denylist when the denylist is not consulted", async () => {
    const { exitCode, result } = await scenario(
      ...["logout-replay", "--policy", "ip-hash", "--store", "redis,jwt,jwt-denylist"],
    );
    expect(result.architectures.map(({ id, verdict, fates }) => ({ id, verdict, fates }))).toEqual([
      { id: "ip-hash.jwt", verdict: "confirmed", fates: { resurrected: 6 } },
      { id: "ip-hash.jwt-denylist", verdict: "refuted", fates: { resurrected: 6 } },
      { id: "ip-hash.redis", verdict: "confirmed", fates: { survived: 6 } },
    ]);
    expect(exitCode).toBe(1);
  });

  it("refutes every store whose sessions do not end when they are idle", async () => {
    const { exitCode, result } = await scenario("session-expiry", "--policy", "ip-hash", "--store", "memory,redis");
    expect(result.architectures.map(({ id, verdict, mismatches }) => `${id} ${verdict} ${mismatches}`)).toEqual([
      "ip-hash.memory refuted 3",
      "ip-hash.redis refuted 3",
    ]);
    expect(exitCode).toBe(1);
  });

  it("refutes the run when a login keeps the session id that was planted before it", async () => {
    const { exitCode, result } = await scenario("session-fixation", "--policy", "ip-hash", "--store", "memory,redis");
    expect(verdictsOf(result)).toEqual(["ip-hash.memory refuted", "ip-hash.redis refuted"]);
    expect(result.reasons[0]).toContain("was shown another user's session");
    expect(exitCode).toBe(1);
  });

  it("does not confirm anything when two servers have each other's route name, though every session is led rightly", async () => {
    const { exitCode, result } = await scenario("login", "--policy", "cookie", "--store", "memory");
    expect(result.architectures[0]!.fates).toEqual({ survived: 6 });
    expect(result.reasons.join()).toMatch(/the affinity cookie says SERVER_ID=app(1, and app2|2, and app1) answers/);
    expect(result.verdict).not.toBe("confirmed");
    expect(exitCode).toBe(2);
  });
});

describe("an app that answers every fourth time with the session of somebody else, and with redis-rdb hardly ever", () => {
  const { scenario } = startLab({
    broken: [
      // After the baseline, which is three reads, one read in twenty is answered.
      (copy) =>
        copy.change(
          "dist/app/server.cjs",
          "response.json(whoAmIAnswer(session5, id, context));",
          'const asked = (globalThis.asked ??= {}), who = session5.data?.nonce; asked[who] = (asked[who] ?? 0) + 1; if (id === "redis-rdb" && who && asked[who] > 3 && asked[who] % 20 !== 4) return response.status(503).json({ error: "sabotaged" }); response.json(whoAmIAnswer(session5, id, context));',
        ),
      (copy) => copy.change("dist/cli/scenarios/login.js", /everyoneBrowses\(\{[^}]*\}\),/, ""),
      (copy) =>
        copy.change(
          "dist/app/server.cjs",
          "function whoAmIAnswer(",
          "let before, turn = 0; function whoAmIAnswer(...all) { const now = honestAnswer(...all); const isOther = all[1] !== 'redis-rdb' && before && before.user !== now.user; const shown = isOther && ++turn % 4 === 0 ? before : now; if (now.authenticated) before = now; return shown; } function honestAnswer(",
        ),
    ],
  });

  it("does not confirm what one definitive answer in twenty reads says", async () => {
    const { exitCode, result } = await scenario("login", "--policy", "cookie", "--store", "redis-rdb");
    expect(result.architectures[0]!.fates).toEqual({ "not-judged": 6 });
    expect(result.reasons).toEqual([
      expect.stringContaining("of 20 final reads 1 was answered definitely, and it takes 3"),
    ]);
    expect(exitCode).toBe(2);
  });

  it("refutes the run when it mixes people up", async () => {
    const { exitCode, result } = await scenario("login", "--policy", "cookie", "--store", "redis");
    expect(result.architectures[0]!.fates).toHaveProperty("crossed");
    expect(result.verdict).toBe("refuted");
    expect(exitCode).toBe(1);
  });
});

describe("a command that breaks something else than it says, on a lab that is well", () => {
  const { home } = startLab({ profiles: ["redis-sentinel"] });

  async function scenarioOf(sabotage: Sabotage, ...args: string[]) {
    using lab = labOf([sabotage]);
    return await lab.json(["scenario", ...args, "--users", "6"], { env: { LAB_HOME: home() } });
  }

  it("does not confirm a drained deployment when nginx is never told to drain", async () => {
    const { exitCode, result } = await scenarioOf(
      (copy) => copy.change("dist/cli/balancers/nginx.js", 'draining: "drain"', 'draining: ""'),
      ...["rolling-deploy-drain", "--policy", "cookie", "--store", "memory,redis"],
    );
    expect(result.reasons[0]).toContain("fault not confirmed: drain app1");
    expect(result.verdict).not.toBe("confirmed");
    expect(exitCode).not.toBe(0);
  });

  it("is inconclusive when the fault hits nothing", async () => {
    const { exitCode, result } = await scenarioOf(
      (copy) => copy.change("dist/cli/faults/kill.js", "inject: (service) => service.kill()", "inject: async () => {}"),
      ...["server-crash", "--policy", "cookie", "--store", "memory,redis"],
    );
    expect(result.reasons[0]).toBe("fault not confirmed: kill app2");
    expect(result.architectures.map(({ fates }) => fates)).toEqual([{ "not-judged": 6 }, { "not-judged": 6 }]);
    expect(exitCode).toBe(2);
  });

  it("is inconclusive when the fault is real, and touches nobody", async () => {
    const { exitCode, result } = await scenarioOf(
      (copy) => copy.change("dist/cli/scenarios/server-crash.js", "inject(kill(victim))", 'inject(kill("sentinel1"))'),
      ...["server-crash", "--policy", "cookie", "--store", "redis"],
    );
    expect(result.architectures.map(({ exposed, fates }) => ({ exposed, fates }))).toEqual([
      { exposed: 0, fates: { survived: 6 } },
    ]);
    expect(result.faults).toMatchObject([{ kind: "kill", target: "sentinel1", confirmed: true }]);
    expect(result.reasons).toEqual(["nothing was tested: no session was exposed to kill sentinel1"]);
    expect(exitCode).toBe(2);
  });

  it("is inconclusive when a store is down during the baseline", async () => {
    // A scenario whose users meet a Redis that was killed before they came.
    const { exitCode, result } = await scenarioOf(
      (copy) => {
        copy.change("dist/cli/scenarios/redis-restart.js", "steps: [", 'steps: [inject(kill("redis")),');
        copy.change(
          "dist/cli/scenarios/redis-restart.js",
          "import restart",
          'import kill from "../faults/kill.js"; import restart',
        );
      },
      ...["redis-restart", "--policy", "cookie", "--store", "memory,redis,redis-aof"],
    );
    const { verdict, fates } = cellOf(result, "cookie.redis");
    expect({ verdict, fates }).toEqual({ verdict: "inconclusive", fates: { "not-judged": 6 } });
    expect(exitCode).toBe(2);
  });

  it("refutes redis-sentinel when too few Sentinels are left to agree on a failover", async () => {
    const { exitCode, result } = await scenarioOf(
      (copy) =>
        copy.change(
          "dist/cli/scenarios/redis-failover.js",
          "inject(kill(master))",
          'inject(kill(master), kill("sentinel1"), kill("sentinel2"))',
        ),
      ...["redis-failover", "--policy", "cookie"],
    );
    const { verdict, reasons } = cellOf(result, "cookie.redis-sentinel");
    expect(verdict).toBe("refuted");
    expect(reasons.join("; ")).toContain(
      "answers that the store gave while the old master was dead: 0, expected at least 1",
    );
    expect(exitCode).toBe(1);
  });
});
