import type { ChalkInstance } from "chalk";
import Table from "cli-table3";
import type { ArchitectureResult, Verdict } from "../verdict/result.ts";
import { widthOf, wrap } from "./text.ts";
import { countsInWords, countsLegend, isAboutLogout, plural, signs } from "./words.ts";

export interface MatrixOptions {
  columns: number;
  chalk: ChalkInstance;
}

/** What a column takes besides its text: its left border and a space on either side. */
const frame = 3;

/**
 * Policies down, stores across; each cell says how many sessions survived, and what theory expected where it was wrong. Stores
 * that do not fit beside the others go into another table below.
 */
export function matrix(architectures: readonly ArchitectureResult[], { columns, chalk }: MatrixOptions): string[] {
  const policies = [...new Set(architectures.map(({ policy }) => policy))];
  const stores = [...new Set(architectures.map(({ store }) => store))];
  const policyColumn: Column = { head: "policy", cells: policies.map((policy) => ({ text: policy })) };
  const storeColumns = stores.map(
    (store): Column => ({
      head: store,
      cells: policies.map((policy) =>
        cellOf(architectures.find((one) => one.policy === policy && one.store === store)),
      ),
    }),
  );
  return [
    ...inGroups(policyColumn, storeColumns, columns).flatMap((group) => drawTable(group, columns, chalk)),
    ...wrap(`${signs.confirmed} = as predicted; ${countsLegend(architectures)}`, columns).map((line) =>
      chalk.dim(line),
    ),
  ];
}

interface Column {
  head: string;
  cells: Cell[];
}

export interface Cell {
  text: string;
  verdict?: Verdict;
}

/** What a cell says, over one to three lines. */
export function cellOf(result: ArchitectureResult | undefined): Cell {
  if (!result) return { text: "-" };
  const { verdict, fates, expected, sessions, mismatches } = result;
  const observed = countsInWords(fates, sessions, result.stayedOut);
  if (verdict === "confirmed") return { verdict, text: `${signs.confirmed} ${observed}` };
  if (verdict === "inconclusive") return { verdict, text: `${signs.inconclusive} no verdict\n${observed}` };
  const predicted = countsInWords(expected, sessions, isAboutLogout(result) ? expected.survived : 0);
  const difference =
    predicted === observed ? plural(mismatches, "session differs", "sessions differ") : `expected ${predicted}`;
  return { verdict, text: `${signs.refuted} refuted\nobserved ${observed}\n${difference}` };
}

/** Stores in groups whose narrowest tables fit; at least one to a group. */
function inGroups(policies: Column, stores: readonly Column[], columns: number): Column[][] {
  const groups: Column[][] = [];
  for (const store of stores) {
    const group = groups.at(-1);
    if (group && tableWidth([...group, store].map(narrowest)) <= columns) group.push(store);
    else groups.push([policies, store]);
  }
  return groups;
}

function drawTable(group: readonly Column[], columns: number, chalk: ChalkInstance): string[] {
  const widths = group.map(widest);
  // The widest column gives way first, as far as its longest word allows.
  while (tableWidth(widths) > columns) {
    const spare = widths.map((width, index) => (width > narrowest(group[index]!) ? width : 0));
    if (Math.max(...spare) === 0) break;
    widths[spare.indexOf(Math.max(...spare))]! -= 1;
  }
  const paint = { confirmed: chalk.green, refuted: chalk.red, inconclusive: chalk.yellow };
  const draw = ({ text, verdict }: Cell, width: number) =>
    linesOf(text, width)
      .map((line) => (verdict ? paint[verdict](line) : line))
      .join("\n");
  const table = new Table({
    head: group.map(({ head }, index) => draw({ text: head }, widths[index]!)),
    colWidths: widths.map((width) => width + 2),
    style: { head: [], border: [], compact: true },
  });
  for (const row of group[0]!.cells.keys())
    table.push(group.map(({ cells }, index) => draw(cells[row]!, widths[index]!)));
  return table.toString().split("\n");
}

function linesOf(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => wrap(line, width));
}

function tableWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + frame, 1);
}

function widest({ head, cells }: Column): number {
  return Math.max(...[head, ...cells.map(({ text }) => text)].flatMap((text) => text.split("\n")).map(widthOf));
}

function narrowest({ head, cells }: Column): number {
  return Math.max(...[head, ...cells.map(({ text }) => text)].flatMap((text) => text.split(/[\n ]/)).map(widthOf));
}
