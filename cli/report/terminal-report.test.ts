import { beforeAll, describe, expect, test } from "vitest";
import { resultOf } from "../verdict/golden/judging.ts";
import { serverCrash, stories } from "../verdict/golden/stories.ts";
import type { Result } from "../verdict/result.ts";
import { type TerminalOptions, terminalReport } from "./terminal-report.ts";
import { widthOf } from "./text.ts";

const policies = ["round-robin", "ip-hash", "cookie"];
const stores = ["memory", "redis", "redis-aof", "jwt"];
const everyArchitecture = policies.flatMap((policy) => stores.map((store) => `${policy}.${store}`));

let crash: Result;

beforeAll(async () => {
  crash = await resultOf(serverCrash({ architectures: everyArchitecture, users: 30 }));
});

function plain(result: Result, options: Partial<TerminalOptions> = {}): string {
  return terminalReport(result, { columns: 100, colour: false, ...options });
}

async function reportOf(name: string, options: Partial<TerminalOptions> = {}): Promise<string> {
  return plain(await resultOf(stories[name]!()), options);
}

/** Lines that are too wide although they could have been broken at a space. */
function tooWide(report: string, columns: number): string[] {
  return report.split("\n").filter((line) => widthOf(line) > columns && line.trim().includes(" "));
}

describe("what a person reads", () => {
  test("after a server crash at 100 columns", () => {
    expect(plain(crash, { runFolder: "/home/ada/runs/golden" })).toMatchInlineSnapshot(`
      "server-crash: One app server dies without warning
      Everyone is logged in, then one app server gets SIGKILL. Who is still logged in?

      ┌─────────────┬─────────────────┬─────────┬───────────┬─────────┐
      │ policy      │ memory          │ redis   │ redis-aof │ jwt     │
      ├─────────────┼─────────────────┼─────────┼───────────┼─────────┤
      │ round-robin │ ✓ flickers      │ ✓ 30/30 │ ✓ 30/30   │ ✓ 30/30 │
      │ ip-hash     │ ✓ 20/30 lost 10 │ ✓ 30/30 │ ✓ 30/30   │ ✓ 30/30 │
      │ cookie      │ ✓ 20/30 lost 10 │ ✓ 30/30 │ ✓ 30/30   │ ✓ 30/30 │
      └─────────────┴─────────────────┴─────────┴───────────┴─────────┘
      ✓ = as predicted; 20/30 = 20 of 30 sessions survived

      ✓ CONFIRMED: theory was right: each of 360 sessions had the fate that was predicted for it
      Statistics: demonstration: 1 trial with 30 users per architecture, who fail together and count once
      Why:
      - round-robin.memory: 30 flicker because without affinity most requests reach an app server that
        does not hold the session (even without a fault, only the app server of the login knew the
        session; others, asked by the same browser, did not)
      - ip-hash.memory, cookie.memory: 10 + 10 lost because the session lived in the memory of the process
        that died (app2 is another process now: boot 1st-app2 became 2nd-app2)
      Outage: longest wait 4 ms (round-robin.memory); no request failed
      Faults: kill app2 at 25.5 s, confirmed (engine: app2 is not running, exit code 137; felt: app2
        refuses connections), healed
      Next: lab scenario redis-crash, to see what becomes of the survivors
      Judge again: lab judge golden
      Run folder: /home/ada/runs/golden
      "
    `);
  });

  test("after a crash of Redis at 80 columns", async () => {
    expect(await reportOf("redis-crash", { columns: 80 })).toMatchInlineSnapshot(`
      "redis-crash: Redis dies without warning (SIGKILL)
      Redis gets SIGKILL and is started again. Who is still logged in?

      ┌────────┬────────┬──────────────┬─────────────────────┬───────────┐
      │ policy │ memory │ redis        │ redis-rdb           │ redis-aof │
      ├────────┼────────┼──────────────┼─────────────────────┼───────────┤
      │ cookie │ ✓ 1/1  │ ✓ 0/1 lost 1 │ ✓ 0/1 rolled back 1 │ ✓ 1/1     │
      └────────┴────────┴──────────────┴─────────────────────┴───────────┘
      ✓ = as predicted; 20/30 = 20 of 30 sessions survived

      ✓ CONFIRMED: theory was right: each of 4 sessions had the fate that was
        predicted for it
      Statistics: demonstration: 1 trial with 1 user per architecture, who fail
        together and count once
      Why:
      - cookie.redis: 1 lost because without persistence everything was in the memory
        of the process that died (redis is another process now: run_id 1a2b3c4d became
        9f8e7d6c, keys 1 became 0; its cookie is unknown there)
      - cookie.redis-rdb: 1 rolled back: redis-rdb is another process now: run_id
        1a2b3c4d became 8e7d6c5b, keys 1 became 1; an older state came back
      Outage: longest wait 234 ms (cookie.redis-aof); most failed requests 1
        (cookie.redis)
      Faults:
      - kill redis at 0.3 s, confirmed (engine: redis is not running, exit code 137;
        felt: redis refuses connections), healed
      - kill redis-rdb at 0.4 s, confirmed (engine: redis-rdb is not running, exit
        code 137; felt: redis-rdb refuses connections), healed
      - kill redis-aof at 0.4 s, confirmed (engine: redis-aof is not running, exit
        code 137; felt: redis-aof refuses connections), healed
      Next: lab scenario redis-restart, to see how much a polite stop saves
      Judge again: lab judge golden
      "
    `);
  });

  test("when theory was wrong although its counts were right", async () => {
    expect(await reportOf("theory-was-wrong")).toMatchInlineSnapshot(`
      "server-crash: One app server dies
      Who is still logged in?

      ┌────────┬─────────────────────┐
      │ policy │ memory              │
      ├────────┼─────────────────────┤
      │ cookie │ ✗ refuted           │
      │        │ observed 2/3 lost 1 │
      │        │ 2 sessions differ   │
      └────────┴─────────────────────┘
      ✓ = as predicted; 20/30 = 20 of 30 sessions survived

      ✗ REFUTED: theory was wrong: 2 sessions had another fate than predicted
      Reasons: cookie.memory: 2 sessions not as expected, e.g. ada (home app1): expected survived,
        observed lost; bob (home app2): expected lost, observed survived
      Statistics: demonstration: 1 trial with 3 users per architecture, who fail together and count once
      Why: cookie.memory: 1 lost, cause unknown: no rule of evidence fits
      Outage: longest wait 4 ms (cookie.memory); no request failed
      Faults: kill app2 at 0.2 s, confirmed (engine: app2 is not running, exit code 137; felt: app2
        refuses connections), healed
      Next: lab scenario server-crash --seed 7 --policy cookie --store memory --users 3 --victim app2, to
        see whether it happens again
      Judge again: lab judge golden
      "
    `);
  });

  test("when the fault hit nothing", async () => {
    expect(await reportOf("fault-missed")).toMatchInlineSnapshot(`
      "server-crash: One app server dies
      Who is still logged in?

      ┌────────┬──────────────┐
      │ policy │ memory       │
      ├────────┼──────────────┤
      │ cookie │ ? no verdict │
      │        │ not judged   │
      └────────┴──────────────┘
      ✓ = as predicted; 20/30 = 20 of 30 sessions survived

      ? INCONCLUSIVE: the experiment cannot say whether theory is right; see the reasons
      Reasons:
      - fault not confirmed: kill app2
      - cookie.memory: 2 of 2 sessions could not be judged: the fault was not confirmed (kill app2)
      Statistics: demonstration: 1 trial with 3 users per architecture, who fail together and count once
      Outage: longest wait 4 ms (cookie.memory); no request failed
      Faults: kill app2 at 0.1 s, NOT confirmed (engine: app2 is running since 2026-11-21T08:59:58Z; felt:
        app2 still answers), healed
      Next: lab scenario server-crash --seed 7 --policy cookie --store memory --users 3 --victim app2, to
        see whether it happens again
      Judge again: lab judge golden
      "
    `);
  });

  test("when everything that can happen happens", async () => {
    expect(await reportOf("every-fate")).toMatchInlineSnapshot(`
      "server-crash: One app server dies
      Who is still logged in?

      ┌────────┬─────────────────────────────────────────────────────────────────────────────────────────┐
      │ policy │ memory                                                                                  │
      ├────────┼─────────────────────────────────────────────────────────────────────────────────────────┤
      │ cookie │ ✗ refuted                                                                               │
      │        │ observed 1/10 crossed 1, not judged 1, unreachable 1, flicker 1, orphaned 1, lost 1,    │
      │        │ degraded 1, resurrected 1, rolled back 1                                                │
      │        │ 1 session differs                                                                       │
      └────────┴─────────────────────────────────────────────────────────────────────────────────────────┘
      ✓ = as predicted; 20/30 = 20 of 30 sessions survived

      ✗ REFUTED: 1 user of 10 saw somebody else's session; that must never happen
      Reasons: cookie.memory: 1 session not as expected, e.g. crossed (home app2): expected crossed,
        observed crossed; 1 of 10 sessions could not be judged: 1 had no sound baseline (that takes one
        login and 3 reads, over kept and fresh connections)
      Statistics: demonstration: 1 trial with 10 users per architecture, who fail together and count once
      Why:
      - cookie.memory: 1 crossed because theory names crossed (app2 answered with another user's session)
      - cookie.memory: 1 unreachable because theory names unreachable (requests end without an answer: no
        answer within 5000 ms)
      - cookie.memory: 1 flicker, cause unknown: no rule of evidence fits
      - cookie.memory: 1 orphaned because theory names orphaned (app2 still knows the session, but the
        balancer sends this browser to app3)
      - cookie.memory: 1 lost, cause unknown: no rule of evidence fits
      - cookie.memory: 1 degraded, cause unknown: no rule of evidence fits
      - and 2 more, in the JSON report
      Outage: longest wait 274 ms (cookie.memory), and 1 user (cookie.memory) still waited when the run
        ended; most failed requests 4 (cookie.memory)
      Faults: freeze app2 at 0.7 s, confirmed (engine: app2 is paused; felt: app2 does not answer), healed
      Next: lab scenario server-crash --seed 7 --policy cookie --store memory --users 10 --victim app2, to
        see whether it happens again
      Judge again: lab judge golden
      "
    `);
  });
});

describe("the report", () => {
  test("of 3 policies and 4 stores is about 25 lines long at 100 columns", () => {
    expect(plain(crash).split("\n").length).toBeLessThanOrEqual(27);
  });

  test.each([100, 80])("of 3 policies and 4 stores fits %i columns", (columns) => {
    const widths = plain(crash, { columns, runFolder: "/home/ada/runs/golden" }).split("\n").map(widthOf);
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
  });

  test.each(Object.keys(stories))("of %s breaks lines wherever a terminal of any width needs it", async (name) => {
    const result = await resultOf(stories[name]!());
    for (const columns of [120, 80, 60, 40]) expect(tooWide(plain(result, { columns }), columns)).toEqual([]);
  });

  test("of a refuted run of 3 policies and 4 stores fits 80 columns, with what was expected in each cell", async () => {
    const wrong = { fates: { survived: 30 }, verdict: "refuted" as const, mismatches: 10 };
    const architectures = crash.architectures.map((one) => ({
      ...one,
      ...wrong,
      expected: { survived: 20, lost: 10 },
    }));
    const report = plain({ ...crash, verdict: "refuted", architectures }, { columns: 80 });
    expect(Math.max(...report.split("\n").map(widthOf))).toBeLessThanOrEqual(80);
    expect(report).toMatch(/│ observed 30\/30\s+│/);
    expect(report).toMatch(/│ expected 20\/30/);
  });

  test("puts stores that do not fit beside each other into tables below each other", () => {
    const heads = plain(crash, { columns: 40 })
      .split("\n")
      .filter((line) => line.startsWith("│ policy"));
    expect(heads.map((line) => line.replaceAll(/\s+/g, " "))).toEqual([
      "│ policy │ memory │ redis │",
      "│ policy │ redis-aof │ jwt │",
    ]);
  });

  test("keeps labels whole in a terminal that is narrower than they are", () => {
    expect(plain(crash, { columns: 5 })).toContain("\nJudge again:\n  lab\n  judge\n");
  });

  test("shows combinations that took no part as such", async () => {
    const { architectures } = crash;
    const report = plain({ ...crash, architectures: architectures.filter(({ id }) => id !== "cookie.jwt") });
    expect(report).toMatch(/│ cookie .*│ - +│/);
  });

  test("says the same without colour as with it, word for word", () => {
    const coloured = terminalReport(crash, { columns: 100, colour: true });
    expect(coloured).not.toBe(plain(crash));
    const escapeCode = String.fromCharCode(27);
    expect(coloured.replaceAll(new RegExp(`${escapeCode}\\[\\d+m`, "g"), "")).toBe(plain(crash));
  });

  test("names what was left behind, and how to remove it", () => {
    const leftovers = [{ kind: "network", name: "lab_default" }];
    expect(plain({ ...crash, leftovers })).toContain("Left behind: network lab_default; `lab down` removes it\n");
  });

  test("of many trials says how far they reach", () => {
    expect(plain({ ...crash, run: { ...crash.run, trials: 59 } })).toContain(
      "Statistics: 59 trials; an exception that never showed in them is rarer than 5.0 % (95 %)",
    );
  });

  test("of an outage names the longest wait and the most failed requests, and where", () => {
    const architectures = crash.architectures.map((one, index) => ({
      ...one,
      outage: { failedRequests: index === 1 ? 12 : 3, timesAnonymous: 0, longestGapMs: index * 100, stillWaiting: 0 },
    }));
    expect(plain({ ...crash, architectures })).toContain(
      "Outage: longest wait 1100 ms (cookie.jwt); most failed requests 12 (round-robin.redis)",
    );
  });

  test("of an outage that did not end says who still waited", () => {
    const architectures = crash.architectures.map((one, index) => ({
      ...one,
      outage: { failedRequests: 20, timesAnonymous: 0, longestGapMs: 5_000, stillWaiting: index === 1 ? 4 : 0 },
    }));
    expect(plain({ ...crash, architectures }).replaceAll(/\s+/g, " ")).toContain(
      "longest wait 5000 ms (round-robin.memory), and 4 users (round-robin.redis) still waited when the run ended; most failed",
    );
  });

  test("of a run in which every fate was right and a measurement was not says that", () => {
    const missed = {
      name: "rows left",
      value: 3,
      unit: "rows",
      expected: "at most 0",
      ok: false,
      because: "swept out",
    };
    const architectures = crash.architectures.map((one, index) => ({
      ...one,
      mismatches: 0,
      measures: index === 0 ? [missed] : [],
    }));
    expect(plain({ ...crash, verdict: "refuted", architectures })).toContain(
      "✗ REFUTED: theory was wrong: 1 measurement came out otherwise than predicted",
    );
  });

  test("of a run in which only a canary was crossed says so", () => {
    const reasons = ["pip was shown another user's session"];
    const report = plain({ ...crash, verdict: "refuted", reasons });
    expect(report).toContain("✗ REFUTED: somebody saw another user's session; that must never happen");
    expect(report).toContain("Reasons: pip was shown another user's session");
  });

  test("whose scenario suggests nothing leads to the list of scenarios", () => {
    const { next: _, ...scenario } = crash.scenario;
    expect(plain({ ...crash, scenario })).toContain("Next: lab scenario --list\n");
  });
});

describe("a hostile history", () => {
  const nasty = "\u001b]0;owned\u0007\u001b[2J\u009b31m\r\n\u202egnp.exe\u2028\u{e0041}\ud800\u200b";

  /** The same value with something nasty in front of every string, verdicts and names of fates excepted. */
  function poisoned<Value>(value: Value): Value {
    if (typeof value === "string")
      return (/^(confirmed|refuted|inconclusive|lost|unstable)$/.test(value) ? value : nasty + value) as Value;
    if (Array.isArray(value)) return value.map(poisoned) as Value;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, poisoned(inner)])) as Value;
  }

  test("cannot send control characters to the terminal, from whatever field", () => {
    const leftovers = [{ kind: "network", name: "lab_default" }];
    const report = plain(poisoned({ ...crash, reasons: ["one"], leftovers, verdict: "refuted" }), { runFolder: nasty });
    expect(report.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(report).toContain(
      String.raw`\x1b]0;owned\x07\x1b[2J\x9b31m\x0d\x0a\u{202e}gnp.exe\u{2028}\u{e0041}\u{d800}\u{200b}`,
    );
  });

  test("cannot suggest a command that does something else", () => {
    const run = { ...crash.run, id: "x'; rm -rf ~; '" };
    const report = plain({ ...crash, run, scenario: { ...crash.scenario, id: "$(reboot)" }, verdict: "inconclusive" });
    expect(report).not.toMatch(/rm -rf|Judge again|Run it again/);
    expect(report).toContain("Next: lab scenario --list\n");
  });
});
