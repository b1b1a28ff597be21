import Table from "cli-table3";
import type { Cell, Comparison } from "../compare.ts";

/**
 * `lab compare` for people: architectures down, questions across under letters (names would not fit a terminal), and what
 * follows for the stated needs.
 */
export function decisionTable({ columns, rows, needs }: Comparison): string {
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
      ({ label, need, scenario }, index) => `${letters[index]}  ${label} (--need ${need}; lab scenario ${scenario})`,
    ),
    "yes: every session as one would wish. no: not so (the runs say what became of them).",
    "!: theory was refuted here. ?: inconclusive. Every cell is measured; none is copied from a book.",
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

function sayCell(cell: Cell | undefined): string {
  if (!cell) return "-";
  if (cell.verdict === "refuted") return "!";
  if (cell.verdict === "inconclusive") return "?";
  return cell.good ? "yes" : "no";
}
