import { describe, expect, it } from "vitest";
import { LabError } from "../../errors.ts";
import { story } from "../../verdict/golden/history-builder.ts";
import { resultOf } from "../../verdict/golden/judging.ts";
import type { Result } from "../../verdict/result.ts";
import { makePlan, type Plan } from "../plan.ts";
import { type Measuring, measureScenarios } from "./measure-scenarios.ts";

const versions = { lab: "0.1.0", nginx: "1.30.6", node: "24.21.0", redis: "8.0.6" };
const rest = { seed: 1, victim: "app2", name: "lab", keep: true, command: "lab compare" };
const crash = (policy: string, store: string, users: number): Promise<Plan> =>
  makePlan({ ...rest, scenarioId: "server-crash", policies: [policy], stores: [store], users });
const login = await makePlan({ ...rest, scenarioId: "login", policies: ["cookie"], stores: ["redis"], users: 3 });

/** What a run of the plan gives, as far as it matters here. */
async function resultFor({ scenarioId, architectures, users, victim }: Plan, complete = true): Promise<Result> {
  const told = story({
    architectures: architectures.map(({ id }) => id),
    usersPerArchitecture: users,
    victim,
    scenario: { id: scenarioId, title: "", question: "" },
  });
  return resultOf(told.event({ type: "end", at: 1, complete }));
}

/** Measures these plans, and says what was played, what was kept and what was said. */
async function measured(plans: Plan[], stored: Result[], options: Partial<Measuring> = {}) {
  const [played, said]: [string[], string[]] = [[], []];
  let kept: string[] | undefined;
  const { results, troubles } = await measureScenarios({
    plans,
    stored,
    versions,
    play: async (plan) => {
      played.push(plan.scenarioId);
      return { result: await resultFor(plan), troubles: [] };
    },
    keep: (all) => {
      kept = all.map(describeResult);
    },
    say: (line) => said.push(line),
    signal: new AbortController().signal,
    ...options,
  });
  return { played, kept, said: said.join("\n"), results: results.map(describeResult), troubles };
}

function describeResult({ scenario, architectures, run }: Result): string {
  return `${scenario.id} of ${architectures.map(({ id }) => id).join(", ")} with ${run.users}`;
}

describe("a comparison that goes on", () => {
  it("takes a stored result for what it answers, and plays nothing", async () => {
    const plan = await crash("cookie", "redis", 6);
    const { played, kept, results } = await measured([plan], [await resultFor(plan)]);
    expect({ played, kept, results }).toEqual({
      played: [],
      kept: undefined,
      results: ["server-crash of cookie.redis with 6"],
    });
  });

  it("takes what covers more architectures than are asked for", async () => {
    const more = await makePlan({ ...rest, scenarioId: "server-crash", policies: ["cookie", "ip-hash"], users: 6 });
    const { played } = await measured([await crash("cookie", "redis", 6)], [await resultFor(more)]);
    expect(played).toEqual([]);
  });

  it("measures least-conn.jwt with 500 users although the file has the scenario, of cookie.redis with 6", async () => {
    const stored = await resultFor(await crash("cookie", "redis", 6));
    const outcome = await measured([await crash("least-conn", "jwt", 500)], [stored]);
    expect(outcome).toMatchObject({
      played: ["server-crash"],
      kept: ["server-crash of cookie.redis with 6", "server-crash of least-conn.jwt with 500"],
      results: ["server-crash of least-conn.jwt with 500"],
    });
    expect(outcome.said).toContain(
      "server-crash is measured anew: the stored result is another one, it has no least-conn.jwt",
    );
  });

  it.each<[string, (stored: Result) => Result, string]>([
    [
      "users",
      ({ run, ...more }) => ({ ...more, run: { ...run, users: 7 } }),
      "it has 7 users per architecture, asked for are 6",
    ],
    [
      "victim",
      ({ run, ...more }) => ({ ...more, run: { ...run, victim: "app3" } }),
      "its victim is app3, asked for is app2",
    ],
    ["end", ({ run, ...more }) => ({ ...more, run: { ...run, complete: false } }), "it was cut short"],
    ...(["lab", "nginx", "node", "redis"] as const).map((what): [string, (stored: Result) => Result, string] => [
      `version of ${what}`,
      ({ run, ...more }) => ({ ...more, run: { ...run, versions: { ...run.versions, [what]: "7.0.0" } } }),
      `it was measured with ${what} 7.0.0, here is ${versions[what]}`,
    ]),
  ])("measures anew what has another %s, and says so", async (_, change, why) => {
    const plan = await crash("cookie", "redis", 6);
    const { played, said } = await measured([plan], [change(await resultFor(plan))]);
    expect(played).toEqual(["server-crash"]);
    expect(said).toContain(why);
  });

  it("takes any victim where nothing is aimed at one", async () => {
    const stored = await resultFor({ ...login, victim: "app3" });
    expect((await measured([login], [stored])).played).toEqual([]);
  });

  it("replaces what it measures anew because of another version, and keeps what answers other questions", async () => {
    const plan = await crash("cookie", "redis", 6);
    const old = await resultFor(plan);
    old.run.versions = { ...old.run.versions, lab: "0.0.1" };
    const others = [
      await resultFor(await crash("cookie", "redis", 7)),
      await resultFor({ ...plan, victim: "app3" }),
      await resultFor(
        await makePlan({ ...rest, scenarioId: "server-crash", policies: ["cookie", "ip-hash"], users: 6 }),
      ),
    ].map((one) => ({ ...one, run: { ...one.run, versions: old.run.versions } }));
    const { played, kept, results } = await measured([plan], [old, ...others]);
    expect(played).toEqual(["server-crash"]);
    expect(results).toEqual(["server-crash of cookie.redis with 6"]);
    expect(kept).toEqual([...others.map(describeResult), "server-crash of cookie.redis with 6"]);
  });

  it("finds its answer among results of one scenario with other selections", async () => {
    const [one, other] = [await crash("cookie", "redis", 6), await crash("ip-hash", "memory", 12)];
    const stored = [await resultFor(one), await resultFor(other)];
    for (const plan of [one, other]) {
      const { played, results } = await measured([plan], stored);
      expect({ played, results }).toEqual({ played: [], results: [describeResult(await resultFor(plan))] });
    }
  });

  it("keeps what the file has of scenarios that are not asked for, and does not count it", async () => {
    const stored = await resultFor(login);
    const { kept, results } = await measured([await crash("cookie", "redis", 6)], [stored]);
    expect(results).toEqual(["server-crash of cookie.redis with 6"]);
    expect(kept).toEqual(["login of cookie.redis with 3", "server-crash of cookie.redis with 6"]);
  });
});

describe("a comparison in which something fails", () => {
  it("goes on with the next scenario, and says what failed in the one before", async () => {
    const failure = new LabError("No.", { id: "no", todo: "Wait.", exit: "environment" });
    const plan = await crash("cookie", "redis", 6);
    const { results, said, troubles } = await measured([plan, login], [], {
      play: async (one) => {
        if (one === plan) throw failure;
        return { result: await resultFor(one), troubles: [] };
      },
    });
    expect(results).toEqual(["login of cookie.redis with 3"]);
    expect(said).toContain("server-crash:\nlab: No.\n     Wait.\n     (no)");
    expect(troubles).toEqual([failure]);
  });

  it("has the result of a scenario after which something failed, and of one whose result cannot be kept", async () => {
    const { results, troubles } = await measured([login], [], {
      play: async (plan) => ({ result: await resultFor(plan), troubles: [new Error("the lab cannot be removed")] }),
      keep: () => {
        throw new Error("the disk is full");
      },
    });
    expect(results).toEqual(["login of cookie.redis with 3"]);
    expect(troubles.map((trouble) => (trouble as Error).message)).toEqual([
      "the lab cannot be removed",
      "the disk is full",
    ]);
  });

  it("ends with what it has when it is interrupted, and does not count what that cut short", async () => {
    const controller = new AbortController();
    const { results, troubles, said } = await measured([login, await crash("cookie", "redis", 6)], [], {
      signal: controller.signal,
      play: async (plan) => {
        controller.abort(new Error("interrupted by SIGINT"));
        return { result: await resultFor(plan, false), troubles: [] };
      },
    });
    expect({ results, troubles, said }).toEqual({ results: [], troubles: [], said: "login (1 of 2)" });
  });
});
