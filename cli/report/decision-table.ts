import Table from "cli-table3";
import type { Verdict } from "../verdict/result.ts";
import { plural } from "./words.ts";

/** A question that a scenario answers for every architecture: one column of the decision table. */
export interface Column {
  scenario: string;
  label: string;
  /** Its name for `--need`. */
  need: string;
  decidedBy?: "policy";
}

export interface Cell {
  scenario: string;
  verdict: Verdict;
  reasons: readonly string[];
  /** As one would wish, in the scenario's own sense, and established: a refuted or open cell is never good. */
  good: boolean;
  /** What became of the sessions, in a few words. */
  says: string;
  /** The run that measured it. */
  run: string;
  /** The architectures on which it was measured: its own, or others of its policy where the store plays no part. */
  measuredOn: readonly string[];
}

export interface Comparison {
  /** What was measured, in numbers: the comparison at a glance. */
  totals: {
    architectures: number;
    scenarios: number;
    cells: number;
    mismatches: number;
    unattributed: number;
    durationMs: number;
  };
  columns: readonly Column[];
  rows: readonly { architecture: string; extraServer: string | null; cells: readonly (Cell | undefined)[] }[];
  needs: {
    wanted: readonly string[];
    qualified: readonly string[];
    ruledOut: readonly { architecture: string; by: readonly string[] }[];
    /** Architectures that no measured need rules out, and needs that were not measured for them. */
    open: readonly { architecture: string; for: readonly string[] }[];
  };
  /** Not as theory says, on architectures that took part for comparison only and have no row. */
  besides: readonly { architecture: string; cell: Cell }[];
}

/**
 * `lab compare` for people: architectures down, questions across under letters (names would not fit a terminal), and what
 * follows for the stated needs.
 */
export function decisionTable({ totals, columns, rows, needs, besides }: Comparison): string {
  const letters = columns.map((_, index) => lettersOf(index));
  const grid = new Table({
    head: ["architecture", ...letters, "extra server"],
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
  });
  grid.push(
    ...rows.map(({ architecture, cells, extraServer }) => [
      architecture,
      ...cells.map((cell) => sayCell(cell, architecture)),
      extraServer ?? "none",
    ]),
  );
  const sayWrong = (architecture: string, { verdict, scenario, reasons }: Cell) =>
    `- ${verdict}: ${architecture}, ${scenario}: ${reasons.join("; ")}`;
  const wrong = [
    ...rows.flatMap(({ architecture, cells }) =>
      cells.flatMap((cell) => (cell && cell.verdict !== "confirmed" ? [sayWrong(architecture, cell)] : [])),
    ),
    ...besides.map(({ architecture, cell }) => sayWrong(`${architecture} (besides)`, cell)),
  ];
  const lines = [
    grid.toString(),
    ...columns.map(
      ({ label, need, scenario }, index) =>
        `${letters[index]}  ${label} (--need ${need}; lab scenario ${scenario}; ${runsOf(rows, index)})`,
    ),
    "yes: every session as one would wish. no: not so (`lab judge RUN` says what became of them).",
    "!: theory was refuted here. ?: inconclusive. -: not measured. No answer is taken from a book.",
    ...sayOtherStores(rows),
    sayTotals(totals),
    ...(wrong.length > 0 ? ["", ...wrong] : []),
    ...(needs.wanted.length > 0
      ? [
          "",
          `Needed: ${needs.wanted.join(", ")}`,
          `Qualify: ${needs.qualified.join(", ") || "none"}`,
          ...needs.ruledOut.map(({ architecture, by }) => `- ${architecture} is ruled out by ${by.join(", ")}`),
          ...needs.open.map((one) => `- ${one.architecture} is open: ${one.for.join(", ")} not measured`),
        ]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** Which runs measured a column: one, where it was not resumed in parts. */
function runsOf(rows: Comparison["rows"], column: number): string {
  const runs = [...new Set(rows.flatMap(({ cells }) => cells[column]?.run ?? []))];
  return `${runs.length === 1 ? "run" : "runs"} ${runs.join(", ")}`;
}

function sayTotals(totals: Comparison["totals"]): string {
  const { architectures, scenarios, cells, mismatches, unattributed, durationMs } = totals;
  const measured = `${plural(cells, "cell")} (${plural(architectures, "architecture")}, ${plural(scenarios, "scenario")})`;
  const wrong = `${plural(mismatches, "session")} not as predicted, ${unattributed} without a cause`;
  return `${measured} measured in ${Math.round(durationMs / 1_000)} s: ${wrong}.`;
}

/** A mark where it was measured on others. */
function sayCell(cell: Cell | undefined, architecture: string): string {
  if (!cell) return "-";
  const mark = cell.measuredOn.includes(architecture) ? "" : "*";
  if (cell.verdict === "refuted") return `!${mark}`;
  if (cell.verdict === "inconclusive") return `?${mark}`;
  return `${cell.good ? "yes" : "no"}${mark}`;
}

/** What the mark means, where there is one. */
function sayOtherStores(rows: Comparison["rows"]): string[] {
  const others = rows.flatMap(({ architecture, cells }) =>
    cells.flatMap((cell) => (cell && !cell.measuredOn.includes(architecture) ? cell.measuredOn : [])),
  );
  const stores = [...new Set(others.map((id) => id.slice(id.indexOf(".") + 1)))].sort();
  if (stores.length === 0) return [];
  return [`*: measured with ${stores.join(" and ")}; the balancer decides it alone, whatever the store.`];
}

/** A to Z, then AA, AB, ... */
function lettersOf(index: number): string {
  const last = String.fromCharCode("A".charCodeAt(0) + (index % 26));
  return index < 26 ? last : `${lettersOf(Math.floor(index / 26) - 1)}${last}`;
}
