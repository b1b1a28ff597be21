import { describe, expect, it } from "vitest";
import { compareResults } from "./compare.ts";
import { decisionTable } from "./report/decision-table.ts";
import type { Scenario } from "./scenario.ts";
import type { ArchitectureResult, Result } from "./verdict/result.ts";

const crash = { compare: { label: "server crash", need: "survive-crash" } } as Scenario;
const spread = {
  compare: { label: "spreads load", need: "spread-load" },
  wish: ({ measures }) => measures.every(({ value }) => value < 0.7),
} as Scenario;
const scenarios = new Map([
  ["server-crash", crash],
  ["office-nat", spread],
]);

function architecture(id: string, fields: Partial<ArchitectureResult>): ArchitectureResult {
  return {
    id,
    sessions: 6,
    fates: { survived: 6 },
    measures: [],
    reasons: [],
    verdict: "confirmed",
    ...fields,
  } as ArchitectureResult;
}

function result(id: string, architectures: ArchitectureResult[]): Result {
  return { scenario: { id }, run: { id: `run-of-${id}` }, architectures } as Result;
}

const share = (value: number) => [{ name: "share", value, unit: "share", expected: "", ok: true, because: "" }];
const results = [
  result("server-crash", [
    architecture("cookie.memory", { fates: { survived: 4, lost: 2 } }),
    architecture("cookie.redis", {}),
    architecture("ip-hash.redis", { verdict: "refuted", reasons: ["2 sessions not as expected"] }),
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
      A  server crash (--need survive-crash; lab scenario server-crash)
      B  spreads load (--need spread-load; lab scenario office-nat)
      yes: every session as one would wish. no: not so (the runs say what became of them).
      !: theory was refuted here. ?: inconclusive. Every cell is measured; none is copied from a book.

      - refuted: ip-hash.redis, server-crash: 2 sessions not as expected

      Needed: survive-crash
      Qualify: cookie.redis
      - cookie.memory is ruled out by survive-crash
      - ip-hash.redis is ruled out by survive-crash
      "
    `);
  });
});
