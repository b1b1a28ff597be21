import { describe, expect, it } from "vitest";
import { decisionTable } from "../../report/decision-table.ts";
import type { Scenario } from "../../theory/scenario.ts";
import type { ArchitectureResult, Result } from "../../verdict/result.ts";
import { compareResults } from "./decide.ts";

const crash = { compare: { label: "server crash", need: "survive-crash" } } as Scenario;
const spread = {
  compare: { label: "spreads load", need: "spread-load", decidedBy: "policy" },
  wish: ({ measures }) => measures.every(({ value }) => value < 0.7),
} as Scenario;
const scenarios = new Map([
  ["server-crash", crash],
  ["office-nat", spread],
]);

function architecture(id: string, fields: Partial<ArchitectureResult>): ArchitectureResult {
  return {
    id,
    policy: id.split(".")[0],
    sessions: 6,
    fates: { survived: 6 },
    measures: [],
    mismatches: 0,
    causes: [],
    reasons: [],
    verdict: "confirmed",
    ...fields,
  } as ArchitectureResult;
}

function result(id: string, architectures: ArchitectureResult[]): Result {
  return { scenario: { id }, run: { id: `run-of-${id}`, durationMs: 9_000 }, architectures } as Result;
}

const open = { cause: "unattributed", fate: "lost", sessions: 2, evidence: "no rule of evidence fits" } as const;
const share = (value: number) => [{ name: "share", value, unit: "share", expected: "", ok: true, because: "" }];
const results = [
  result("server-crash", [
    architecture("cookie.memory", { fates: { survived: 4, lost: 2 }, causes: [open] }),
    architecture("cookie.redis", {}),
    architecture("ip-hash.redis", { verdict: "refuted", reasons: ["2 sessions not as expected"], mismatches: 2 }),
  ]),
  result("office-nat", [
    architecture("cookie.memory", { measures: share(0.4) }),
    architecture("cookie.redis", { measures: share(0.4) }),
    architecture("ip-hash.redis", { measures: share(1) }),
  ]),
];
const extraServers = new Map([
  ["cookie.memory", null],
  ["cookie.redis", "redis"],
  ["ip-hash.redis", "redis"],
]);

describe("a comparison", () => {
  it("says which architectures meet the needs, and which cell rules the others out", () => {
    const { needs } = compareResults(results, scenarios, { wanted: ["survive-crash", "spread-load"], extraServers });
    expect(needs.qualified).toEqual(["cookie.redis"]);
    expect(needs.ruledOut).toEqual([
      { architecture: "cookie.memory", by: ["survive-crash"] },
      { architecture: "ip-hash.redis", by: ["survive-crash", "spread-load"] },
    ]);
  });

  it("lets no architecture qualify by a cell that was refuted", () => {
    const { needs } = compareResults(results.slice(0, 1), scenarios, { wanted: ["survive-crash"], extraServers });
    expect(needs.qualified).toEqual(["cookie.redis"]);
  });

  it("answers with another store what the policy alone decides, and nothing else", () => {
    const [crashed, spreads] = results;
    const [, redis, other] = spreads!.architectures;
    const some = result("office-nat", [redis!, other!]);
    const { rows } = compareResults([crashed!, some], scenarios, { extraServers });
    expect(rows.map(({ architecture, cells }) => [architecture, ...cells.map((cell) => cell?.good)])).toEqual([
      ["cookie.memory", false, true],
      ["cookie.redis", true, true],
      ["ip-hash.redis", false, false],
    ]);
    const { rows: fewer } = compareResults([result("server-crash", [crashed!.architectures[0]!]), some], scenarios, {
      extraServers,
    });
    expect(fewer.find(({ architecture }) => architecture === "cookie.redis")?.cells[0]).toBeUndefined();
  });

  it("says of a cell that only the policy decides with which stores it was measured, and goes by the worst of them", () => {
    const measured = result("office-nat", [
      architecture("cookie.memory", { measures: share(0.4) }),
      architecture("cookie.redis", { measures: share(0.9) }),
    ]);
    const asked = new Map([
      ["cookie.jwt", null],
      ["cookie.memory", null],
    ]);
    const comparison = compareResults([measured], scenarios, { extraServers: asked });
    expect(
      comparison.rows.map(({ architecture: id, cells: [cell] }) => [id, cell?.good, cell?.measuredOn.join(", ")]),
    ).toEqual([
      ["cookie.jwt", false, "cookie.memory, cookie.redis"],
      ["cookie.memory", true, "cookie.memory"],
    ]);
    const lines = decisionTable(comparison).split("\n");
    expect(lines.filter((line) => line.includes("cookie.") || line.includes("*"))).toEqual([
      "│cookie.jwt   │no*│none        │",
      "│cookie.memory│yes│none        │",
      "*: measured with memory and redis; the balancer decides it alone, whatever the store.",
    ]);
    expect(lines.join("\n")).not.toContain("copied");
  });

  it("has a row for each architecture that was asked for, and for no other; what is wrong there is said all the same", () => {
    const [crashed] = results;
    const comparison = compareResults([crashed!], scenarios, { extraServers: new Map([["cookie.memory", null]]) });
    expect(comparison.rows.map((row) => row.architecture)).toEqual(["cookie.memory"]);
    expect(decisionTable(comparison)).toContain(
      "- refuted: ip-hash.redis (besides), server-crash: 2 sessions not as expected\n",
    );
  });

  it("lets no architecture qualify by a need that was not measured", () => {
    const { needs } = compareResults(results.slice(0, 1), scenarios, {
      wanted: ["survive-crash", "spread-load"],
      extraServers,
    });
    expect(needs).toEqual({
      wanted: ["survive-crash", "spread-load"],
      qualified: [],
      ruledOut: [
        { architecture: "cookie.memory", by: ["survive-crash"] },
        { architecture: "ip-hash.redis", by: ["survive-crash"] },
      ],
      open: [{ architecture: "cookie.redis", for: ["spread-load"] }],
    });
  });

  it("is a table with a letter for each question, the refuted cells told below", () => {
    const table = decisionTable(compareResults(results, scenarios, { wanted: ["survive-crash"], extraServers }));
    expect(table).toMatchInlineSnapshot(`
      "┌─────────────┬───┬───┬────────────┐
      │architecture │A  │B  │extra server│
      ├─────────────┼───┼───┼────────────┤
      │cookie.memory│no │yes│none        │
      │cookie.redis │yes│yes│redis       │
      │ip-hash.redis│!  │no │redis       │
      └─────────────┴───┴───┴────────────┘
      A  server crash (--need survive-crash; lab scenario server-crash; run run-of-server-crash)
      B  spreads load (--need spread-load; lab scenario office-nat; run run-of-office-nat)
      yes: every session as one would wish. no: not so (\`lab judge RUN\` says what became of them).
      !: theory was refuted here. ?: inconclusive. -: not measured. No answer is taken from a book.
      6 cells (3 architectures, 2 scenarios) measured in 18 s: 2 sessions not as predicted, 2 without a cause.

      - refuted: ip-hash.redis, server-crash: 2 sessions not as expected

      Needed: survive-crash
      Qualify: cookie.redis
      - cookie.memory is ruled out by survive-crash
      - ip-hash.redis is ruled out by survive-crash
      "
    `);
  });
});
