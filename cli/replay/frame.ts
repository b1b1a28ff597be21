import type { ChalkInstance } from "chalk";
import { faultSpans } from "../picture/fault-spans.ts";
import type { Film } from "../picture/film.ts";
import type { Picture } from "../picture/picture.ts";
import type { Playback } from "../picture/playback.ts";
import { type ArchitectureTally, tallyOf } from "../picture/tally.ts";
import { harmless, widthOf, wrap } from "../report/text.ts";
import { bodyLines } from "./body.ts";
import { cell } from "./cell.ts";
import { marksOf } from "./marks.ts";

export interface FrameOptions {
  columns: number;
  rows: number;
  chalk: ChalkInstance;
}

const columnsAtLeast = 76;
const rowsAtLeast = 16;

/** One picture of the film, as lines that fit the terminal: at most `rows`, each at most `columns` wide. */
export function frame(film: Film, playback: Playback, options: FrameOptions): string[] {
  const { rows, columns } = options;
  if (columns < columnsAtLeast || rows < rowsAtLeast)
    return wrap(
      `This picture needs ${columnsAtLeast} x ${rowsAtLeast}: make the terminal larger, or press q.`,
      columns,
    ).slice(0, rows);
  const picture = film.at(playback.at);
  if (!picture) return ["There is nothing in this history yet."];
  const head = headLines(picture, options);
  const foot = footLines(film, picture, playback, options);
  const room = Math.max(3, rows - head.length - foot.length - 1);
  const body = bodyLines(film, picture, { ...options, rows: room, shownMs: playback.shownMs });
  const filling = Array.from({ length: Math.max(0, room - body.length) }, () => "");
  return [...head, "", ...body, ...filling, ...foot].slice(0, rows);
}

const phaseWords = { baseline: "before the fault", fault: "during the fault", final: "final reads" };

function headLines({ run, phase, says, at }: Picture, { columns, chalk }: FrameOptions): string[] {
  const clock = `${phaseWords[phase]}, ${seconds(at)} s`;
  const title = cell(`${run.scenario.id}: ${run.scenario.title}`, columns - clock.length - 2);
  // Two lines of it are shown: the rest of a long text need not be looked at for every picture.
  const [first = "", second = ""] = wrap(harmless(says.slice(0, 8 * columns)), columns - 1);
  return [`${chalk.bold(title)}  ${clock}`, chalk.italic(cell(first, columns)), chalk.italic(cell(second, columns))];
}

const logLines = 3;

function footLines(film: Film, picture: Picture, playback: Playback, options: FrameOptions): string[] {
  const { columns, chalk } = options;
  const tallies = tallyOf(picture);
  const recent = picture.log
    .slice(-logLines)
    .map(({ at, says }) => cell(`${seconds(at).padStart(7)} s  ${says}`, columns));
  const blank = Array.from({ length: logLines - recent.length }, () => "");
  return [
    cell(legendOf(tallies), columns),
    ...recent.map((line) => chalk.dim(line)),
    ...blank,
    timeBar(film, playback, options),
    chalk.dim(cell("space pause   ←/→ back and forth   +/- speed   home again   q quit", columns)),
  ];
}

/** The words of the signs that are on screen. */
function legendOf(tallies: readonly ArchitectureTally[]): string {
  const words = tallies.flatMap((tally) => marksOf(tally).map(({ mark: { sign, word } }) => `${sign} ${word}`));
  return [...new Set(words)].join("   ");
}

/** `▶ 0.5 s ━━━●──▒▒▒── 5.2 s  ×0.1`: `▒` is where something was broken. */
function timeBar(
  { moments, end }: Film,
  { at, isPlaying, isOver, speed }: Playback,
  { columns, chalk }: FrameOptions,
): string {
  const before = `${isPlaying ? "▶" : isOver ? "■" : "‖"} `;
  const after = ` ${seconds(end)} s  ×${speed}${isPlaying ? "" : isOver ? " over" : " paused"}`;
  const width = Math.max(10, columns - widthOf(before) - widthOf(after) - 1);
  const place = (time: number) => Math.min(width - 1, Math.floor((time / Math.max(1, end)) * width));
  const cells: string[] = Array.from({ length: width }, (_, index) => (index < place(at) ? "━" : "─"));
  for (const { from, to = end } of faultSpans(moments))
    for (let index = place(from); index <= place(to); index++) cells[index] = chalk.red("▒");
  cells[place(at)] = chalk.bold("●");
  return `${before}${cells.join("")}${after}`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(2);
}
