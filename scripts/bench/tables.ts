import { table } from "../markdown-table.ts";
import type { Figure } from "./figure.ts";
import type { Measured } from "./kept-figures.ts";

/** What the bench measured, for the README: the figures with their aims, and how cost grows. */
export function benchTables({ cores, measurements }: Measured): string {
  const all = Object.values(measurements).flatMap(({ rounds, figures }) =>
    figures.map((figure) => ({ rounds, ...figure })),
  );
  const rows = all
    .filter(({ cell }) => !cell)
    .map(({ rounds, aim = "", ...figure }) => [
      figure.what,
      figure.against,
      figure.median.toFixed(2),
      spread(figure),
      aim,
      `${rounds}`,
    ]);
  const cells = all.flatMap(({ cell, ...figure }) => (cell ? [{ ...cell, figure }] : []));
  const parts = [
    `Medians and spread, on ${cores} cores:`,
    table(["what", "beside, or in", "median", "spread", "aim", "rounds"], rows),
  ];
  if (cells.length > 0) parts.push("How the cost of `login` grows, in milliseconds a user:", growthTable(cells));
  return parts.join("\n\n");
}

function growthTable(cells: readonly { users: number; architectures: number; figure: Figure }[]): string {
  const columns = [...new Set(cells.map(({ architectures }) => architectures))];
  const rows = [...new Set(cells.map(({ users }) => users))];
  return table(
    ["users of each architecture", ...columns.map((count) => `${count} architecture${count === 1 ? "" : "s"}`)],
    rows.map((users) => [
      users.toLocaleString("en"),
      ...columns.map((architectures) => {
        const found = cells.find((cell) => cell.users === users && cell.architectures === architectures);
        return found ? `${found.figure.median.toFixed(1)} (${spread(found.figure)})` : "";
      }),
    ]),
  );
}

function spread({ lowest, highest }: Figure): string {
  return `${lowest.toFixed(2)} to ${highest.toFixed(2)}`;
}
