import { unknownValue } from "../../errors.ts";
import type { Cell, Column, Comparison } from "../../report/decision-table.ts";
import { type Scenario, wouldWish } from "../../theory/scenario.ts";
import { unattributed } from "../../verdict/causes.ts";
import type { ArchitectureResult, Result } from "../../verdict/result.ts";

/** The columns that these scenarios make; a scenario without a `compare` word answers no such question. */
export function columnsOf(scenarios: ReadonlyMap<string, Scenario>): Column[] {
  return [...scenarios].flatMap(([scenario, { compare }]) => {
    if (!compare) return [];
    const { label, need, decidedBy } = compare;
    return [{ scenario, label, need, ...(decidedBy ? { decidedBy } : {}) }];
  });
}

/** @throws LabError (`unknown-need`) */
export function checkNeeds(wanted: readonly string[], columns: readonly Column[]): void {
  const known = columns.map(({ need }) => need);
  for (const need of wanted) if (!known.includes(need)) throw unknownValue("need", need, known);
}

/**
 * Puts the results of several scenarios side by side.
 *
 * @param options.extraServers the architectures that were asked for, a row each, and the server that each needs besides
 */
export function compareResults(
  results: readonly Result[],
  scenarios: ReadonlyMap<string, Scenario>,
  { wanted = [], extraServers }: { wanted?: readonly string[]; extraServers: ReadonlyMap<string, string | null> },
): Comparison {
  const columns = columnsOf(scenarios).filter(({ scenario }) =>
    results.some((result) => result.scenario.id === scenario),
  );
  const cellsOf = (architecture: string) => columns.map((column) => cellOf(architecture, column, results, scenarios));
  const rows = [...extraServers.keys()].sort().map((architecture) => ({
    architecture,
    extraServer: extraServers.get(architecture) ?? null,
    cells: cellsOf(architecture),
  }));
  const besides = [...new Set(results.flatMap((result) => result.architectures.map(({ id }) => id)))]
    .filter((id) => !extraServers.has(id))
    .flatMap((architecture) => cellsOf(architecture).flatMap((cell) => (cell ? [{ architecture, cell }] : [])));
  const answers = rows.map(({ architecture, cells }) => {
    const cellFor = (need: string) => cells[columns.findIndex((column) => column.need === need)];
    return {
      architecture,
      by: wanted.filter((need) => cellFor(need) && !cellFor(need)?.good),
      for: wanted.filter((need) => !cellFor(need)),
    };
  });
  return {
    totals: totalsOf(results),
    columns,
    rows,
    needs: {
      wanted,
      qualified: answers.filter((one) => one.by.length + one.for.length === 0).map(({ architecture }) => architecture),
      ruledOut: answers.filter(({ by }) => by.length > 0).map(({ architecture, by }) => ({ architecture, by })),
      open: answers
        .filter((one) => one.by.length === 0 && one.for.length > 0)
        .map((one) => ({ architecture: one.architecture, for: one.for })),
    },
    besides: besides.filter(({ cell: { verdict } }) => verdict !== "confirmed"),
  };
}

/** Over all results, those of scenarios that fill no column included. */
function totalsOf(results: readonly Result[]): Comparison["totals"] {
  const cells = results.flatMap(({ architectures }) => architectures);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const open = cells.flatMap(({ causes }) => causes.filter(({ cause }) => cause === unattributed));
  return {
    architectures: new Set(cells.map(({ id }) => id)).size,
    scenarios: results.length,
    cells: cells.length,
    mismatches: sum(cells.map(({ mismatches }) => mismatches)),
    unattributed: sum(open.map(({ sessions }) => sessions)),
    durationMs: sum(results.map(({ run }) => run.durationMs)),
  };
}

function cellOf(
  architecture: string,
  { scenario, decidedBy }: Column,
  results: readonly Result[],
  scenarios: ReadonlyMap<string, Scenario>,
): Cell | undefined {
  const result = results.find(({ scenario: { id } }) => id === scenario);
  const own = result?.architectures.filter(({ id }) => id === architecture) ?? [];
  const samePolicy = result?.architectures.filter(({ policy }) => architecture.startsWith(`${policy}.`)) ?? [];
  const measured = own.length > 0 || decidedBy !== "policy" ? own : samePolicy;
  const definition = scenarios.get(scenario);
  if (!result || !definition) return undefined;
  const isGood = (one: ArchitectureResult) => one.verdict === "confirmed" && wouldWish(definition, one);
  // Several that should all say the same: the worst of them counts.
  const found =
    measured.find(({ verdict }) => verdict !== "confirmed") ?? measured.find((one) => !isGood(one)) ?? measured[0];
  if (!found) return undefined;
  const { verdict, reasons } = found;
  return {
    scenario,
    verdict,
    reasons,
    good: isGood(found),
    says: sayFates(found),
    run: result.run.id,
    measuredOn: measured.map(({ id }) => id),
  };
}

/** `20/30 lost`, `flickers`, or the measure where nobody lost anything. */
function sayFates({ fates, sessions, measures }: ArchitectureResult): string {
  const others = Object.entries(fates).filter(([fate]) => fate !== "survived");
  if (fates.unstable === sessions) return "flickers";
  if (others.length > 0) return others.map(([fate, count]) => `${count}/${sessions} ${fate}`).join(", ");
  return measures.map(({ value, unit }) => `${unit} ${value}`).join(", ") || "no";
}
