import Table from "cli-table3";
import type { Cell, Comparison } from "../experiment/comparison/decide.ts";
import { plural } from "./words.ts";

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
