import type { ChalkInstance } from "chalk";
import type { Film } from "../picture/film.ts";
import { answerMarks, lookOfServer } from "../picture/palette.ts";
import { conditionSigns, conditionWords, type Picture } from "../picture/picture.ts";
import type { Dot } from "../picture/requests.ts";
import { type ArchitectureTally, type Box, boxesOf, tallyOf } from "../picture/tally.ts";
import { widestOf, widthOf } from "../report/text.ts";
import { cell, paint } from "./cell.ts";
import { marksOf } from "./marks.ts";

export interface BodyOptions {
  columns: number;
  rows: number;
  chalk: ChalkInstance;
  /** How long a request is drawn at least, in ms of the run's time. */
  shownMs: number;
}

/**
 * Where everything stands: left the browsers of each architecture, in the middle the balancer by which all requests come in, right the
 * other services.
 */
interface Layout {
  lines: number;
  nameWidth: number;
  tallyWidth: number;
  serviceWidth: number;
  leftWire: number;
  rightWire: number;
  /** Row -> what stands in it. */
  browsers: Map<number, ArchitectureTally>;
  services: Map<number, Box>;
  /** Architectures that found no room. */
  hidden: number;
}

/** Room for the usual two or three signs; more of them take theirs from the wires. */
const tallyAtLeast = 10;
const nameAtLeast = 8;
const stateWidth = 13;
const countWidth = 9;
const wiresAtLeast = 8;

export function bodyLines(film: Film, picture: Picture, options: BodyOptions): string[] {
  const { chalk, shownMs } = options;
  const boxes = boxesOf(picture);
  const entry = boxes.find(({ part }) => part === "balancer");
  const services = boxes.filter((box) => box !== entry);
  const balancer = entry ? cell(entry.service, widthOfNames([entry])) : "";
  const layout = layOut(tallyOf(picture), services, { ...options, balancer });
  const wires = new Wires(layout, chalk);
  for (const dot of film.dots(picture, shownMs).dots) wires.place(dot);
  const condition = entry?.condition ?? "up";
  const { lines, nameWidth, tallyWidth, serviceWidth, leftWire, rightWire, browsers, hidden } = layout;
  const left = nameWidth + 1 + tallyWidth;
  const header = [
    cell("browsers", left + leftWire + widthOf(balancer) + 4 + rightWire + 2),
    cell("service", serviceWidth + 1 + stateWidth),
    "sessions".padStart(countWidth),
  ].join("");
  const rows = Array.from({ length: lines }, (_, row) => {
    const tally = browsers.get(row);
    const box = layout.services.get(row);
    const isLast = hidden > 0 && row === lines - 1;
    return [
      tally ? browserCell(tally, layout, chalk) : cell(isLast ? `... and ${hidden} more` : "", left),
      wires.left(row),
      balancerCell(row, { lines, name: balancer, condition, chalk }),
      wires.right(row),
      box ? serviceCell(box, layout, chalk) : "",
    ].join("");
  });
  return [chalk.bold(header), ...rows];
}

interface LayoutOptions extends Pick<BodyOptions, "columns" | "rows"> {
  balancer: string;
}

function layOut(tallies: readonly ArchitectureTally[], boxes: readonly Box[], options: LayoutOptions): Layout {
  const { columns, rows, balancer } = options;
  const serviceWidth = Math.max(7, widthOfNames(boxes));
  const most = Math.max(tallies.length, boxes.length);
  const room = Math.max(3, rows - 1);
  const pitch = most * 2 <= room ? 2 : 1;
  const lines = Math.max(3, Math.min(room, most * pitch));
  const hidden = tallies.length > lines ? tallies.length - lines + 1 : 0;
  const fixed = 1 + widthOf(balancer) + 4 + 2 + serviceWidth + 1 + stateWidth + countWidth;
  const roomForText = columns - fixed - wiresAtLeast;
  const tallyWidth = Math.min(
    Math.max(tallyAtLeast, widestOf(tallies.map((tally) => sayMarks(tally)))),
    roomForText - nameAtLeast,
  );
  const longestName = widestOf(tallies.map(({ id }) => id));
  const nameWidth = Math.max(nameAtLeast, Math.min(longestName, roomForText - tallyWidth));
  const wires = columns - fixed - nameWidth - tallyWidth;
  return {
    lines,
    nameWidth,
    tallyWidth,
    serviceWidth,
    leftWire: Math.floor(wires / 2),
    rightWire: Math.ceil(wires / 2),
    browsers: new Map(tallies.slice(0, tallies.length - hidden).map((tally, index) => [index * pitch, tally])),
    services: new Map(boxes.slice(0, lines).map((box, index) => [index * pitch, box])),
    hidden,
  };
}

/** Columns for the names of services, of which a history may have long ones. */
function widthOfNames(boxes: readonly Box[]): number {
  return Math.min(14, Math.max(1, widestOf(boxes.map(({ service }) => service))));
}

/** The lines between the boxes, with the requests on them. */
class Wires {
  readonly #left = new Map<number, string[]>();
  readonly #right = new Map<number, string[]>();
  readonly #rowOf = new Map<string, number>();
  readonly #layout: Layout;
  readonly #chalk: ChalkInstance;

  constructor(layout: Layout, chalk: ChalkInstance) {
    this.#layout = layout;
    this.#chalk = chalk;
    for (const [row, { id }] of layout.browsers) {
      this.#rowOf.set(id, row);
      this.#left.set(row, wire(layout.leftWire));
    }
    for (const [row, { service, part }] of layout.services) {
      if (part !== "app-server") continue;
      this.#rowOf.set(service, row);
      this.#right.set(row, wire(layout.rightWire));
    }
  }

  left(row: number): string {
    return (this.#left.get(row) ?? [" ".repeat(this.#layout.leftWire)]).join("");
  }

  right(row: number): string {
    return (this.#right.get(row) ?? [" ".repeat(this.#layout.rightWire)]).join("");
  }

  /** Outwards a request is a dot; on the way back it carries the sign of its answer. */
  place({ way, architecture, server, answer }: Dot): void {
    const isBack = way >= 0.5;
    // 0 at the browser, 1 as far as it got.
    const out = isBack ? 2 - 2 * way : 2 * way;
    const sign = isBack ? paint(answerMarks[answer], this.#chalk) : "•";
    const left = this.#left.get(this.#rowOf.get(architecture) ?? -1);
    const right = this.#right.get(this.#rowOf.get(server ?? "") ?? -1);
    const [cells, place] = right === undefined ? [left, out] : out < 0.5 ? [left, out * 2] : [right, out * 2 - 1];
    if (cells) cells[Math.min(cells.length - 1, Math.floor(place * cells.length))] = sign;
  }
}

function wire(length: number): string[] {
  return [" ", ...Array<string>(Math.max(0, length - 2)).fill("─"), " "].slice(0, length);
}

/** `cookie.memory  ✓4 ○2`: what the browsers were answered last; in the end what became of their sessions. */
function browserCell(tally: ArchitectureTally, { nameWidth, tallyWidth }: Layout, chalk: ChalkInstance): string {
  const said = sayMarks(tally);
  const isCut = widthOf(said) > tallyWidth;
  const painted = marksOf(tally).map(({ mark, count }) => paint(mark, chalk, `${mark.sign}${count}`));
  const marks = isCut ? cell(said, tallyWidth) : painted.join(" ") + " ".repeat(tallyWidth - widthOf(said));
  return `${cell(tally.id, nameWidth)} ${marks}`;
}

/** `✓4 ○2`, without colour. */
function sayMarks(tally: ArchitectureTally): string {
  return marksOf(tally)
    .map(({ mark, count }) => `${mark.sign}${count}`)
    .join(" ");
}

interface Balancer {
  lines: number;
  name: string;
  condition: Box["condition"];
  chalk: ChalkInstance;
}

function balancerCell(row: number, { lines, name, condition, chalk }: Balancer): string {
  const width = widthOf(name) + 2;
  const isUp = condition === "up";
  const inside = ["", "", ""];
  const middle = Math.floor((lines - 1) / 2);
  const words = new Map([
    [middle, ` ${name} `],
    [middle + 1, isUp ? "" : ` ${conditionSigns[condition]} ${conditionWords[condition]}`],
  ]);
  if (row === 0) inside.splice(0, 3, "┌", "─".repeat(width), "┐");
  else if (row === lines - 1) inside.splice(0, 3, "└", "─".repeat(width), "┘");
  else inside.splice(0, 3, "│", cell(words.get(row) ?? "", width), "│");
  return isUp ? inside.join("") : chalk.red.bold(inside.join(""));
}

/** `▲ app2    ✗ down: kill          0`. */
function serviceCell(box: Box, { serviceWidth }: Layout, chalk: ChalkInstance): string {
  const { service, part, condition, remarks, sessions, holdsSessions } = box;
  const shape = part === "app-server" ? lookOfServer(service).shape : " ";
  // There is room for little: "down: kill", but "draining" of what is up.
  const said = remarks.join(", ");
  const words =
    condition === "up" ? said || conditionWords.up : [conditionWords[condition], said].filter(Boolean).join(": ");
  const count = holdsSessions ? String(sessions ?? "?") : "-";
  const text = [
    cell(`${shape} ${service}`, serviceWidth + 3),
    cell(`${conditionSigns[condition]} ${words}`, stateWidth),
    count.padStart(countWidth),
  ].join("");
  return condition === "up" ? text : chalk.red.bold(text);
}
