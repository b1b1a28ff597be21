import { Chalk } from "chalk";
import { harmless, widthOf, wrap } from "../../report/text.ts";
import { type Move, moveKeys } from "./move.ts";

/** One thing that a room reads. */
export interface Page {
  title: string;
  /** Paragraphs; lines that begin with two spaces stay as they are (commands, tables). */
  text: readonly string[];
  /** Which page of how many; the number of pages is left out where nobody knows it yet. */
  position?: string;
}

export interface PageOptions {
  columns: number;
  rows: number;
  colour: boolean;
  /** What may be done on this page, in the words of this page. */
  moves: Partial<Record<Move, string>>;
}

/** Wide enough for a sentence, narrow enough for the last row of seats. */
const widestLine = 60;
const margin = "    ";

/**
 * A whole screen: the text in the middle, with room around it and between its lines where there is enough; the title above, the
 * keys at the foot. Without the last line break, which would move the screen.
 */
export function pageText(untrusted: Page, { columns, rows, colour, moves }: PageOptions): string {
  const { title, text, position } = harmless(untrusted);
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  const width = Math.max(20, Math.min(columns - 2 * margin.length, Math.max(widestLine, widestFixed(text))));
  const lines = text.flatMap((paragraph, index) => [
    ...(index > 0 && !isFixed(paragraph) ? [""] : []),
    ...(isFixed(paragraph) ? [paragraph] : wrap(paragraph, width)),
  ]);
  const room = rows - 4;
  const spread = lines.some(isFixed) || 2 * lines.length > room ? lines : lines.flatMap((line) => [line, ""]);
  const above = Math.max(0, Math.floor((room - spread.length) / 2));
  const below = Math.max(0, room - spread.length - above);
  const foot = moveKeys.flatMap(({ move, name }) => (moves[move] ? [`${name} ${moves[move]}`] : [])).join("   ");
  const head = wrap([title, ...(position ? [`(${position})`] : [])].join(" "), columns)[0]!;
  return [
    chalk.inverse(head.padEnd(columns)),
    "",
    ...Array.from({ length: above }, () => ""),
    ...spread.map((line) => (line === "" ? "" : `${margin}${isFixed(line) ? line : chalk.bold(line)}`)),
    ...Array.from({ length: below }, () => ""),
    "",
    chalk.dim(foot),
  ].join("\n");
}

function isFixed(line: string): boolean {
  return line.startsWith("  ");
}

function widestFixed(text: readonly string[]): number {
  return Math.max(0, ...text.filter(isFixed).map(widthOf));
}
