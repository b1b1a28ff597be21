import Table from "cli-table3";
import type { Cell, Comparison } from "../compare.ts";
import { plural } from "./words.ts";

/**
 * `lab compare` for people: architectures down, questions across under letters (names would not fit a terminal), and what
 * follows for the stated needs.
 */
export function decisionTable({ totals, columns, rows, needs }: Comparison): string {
  const letters = columns.map((_, index) => String.fromCharCode("A".charCodeAt(0) + index));
  const grid = new Table({
    head: ["architecture", ...letters, "extra server"],
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
  });
  grid.push(
    ...rows.map(({ architecture, cells, extraServer }) => [architecture, ...cells.map(sayCell), extraServer ?? "none"]),
  );
  const refuted = rows.flatMap(({ architecture, cells }) =>
    cells.flatMap((cell) =>
      cell && cell.verdict !== "confirmed"
        ? [`- ${cell.verdict}: ${architecture}, ${cell.scenario}: ${cell.reasons.join("; ")}`]
        : [],
    ),
  );
  const lines = [
    grid.toString(),
    ...columns.map(
      ({ label, need, scenario }, index) =>
        `${letters[index]}  ${label} (--need ${need}; lab scenario ${scenario}; ${runsOf(rows, index)})`,
    ),
    "yes: every session as one would wish. no: not so (`lab judge RUN` says what became of them).",
    "!: theory was refuted here. ?: inconclusive. Every cell is measured; none is copied from a book.",
    sayTotals(totals),
    ...(refuted.length > 0 ? ["", ...refuted] : []),
    ...(needs.wanted.length > 0
      ? [
          "",
          `Needed: ${needs.wanted.join(", ")}`,
          `Qualify: ${needs.qualified.join(", ") || "none"}`,
          ...needs.ruledOut.map(({ architecture, by }) => `- ${architecture} is ruled out by ${by.join(", ")}`),
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

function sayCell(cell: Cell | undefined): string {
  if (!cell) return "-";
  if (cell.verdict === "refuted") return "!";
  if (cell.verdict === "inconclusive") return "?";
  return cell.good ? "yes" : "no";
}
