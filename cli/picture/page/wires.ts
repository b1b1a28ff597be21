import type { RunEvent } from "../../history/events.ts";
import { balancersOf } from "../balancers.ts";
import { answerMarks, lookOfServer } from "../palette.ts";
import type { Picture } from "../picture.ts";
import type { Dot } from "../requests.ts";

/** A point of the stage, in CSS pixels. */
interface Point {
  x: number;
  y: number;
}

/** The middle of each side of a box. */
interface Place {
  left: Point;
  right: Point;
  top: Point;
  bottom: Point;
}

export interface Wires {
  canvas: HTMLCanvasElement;
  /** Where the boxes are has to be looked at again. */
  moved(): void;
  draw(picture: Picture, dots: readonly Dot[]): void;
}

export interface WireOptions {
  canvas: HTMLCanvasElement;
  places: ReadonlyMap<string, HTMLElement>;
  run: RunEvent;
  colourOf: (property: string) => string;
}

/** Draws the wires between the boxes and the requests on them, on a canvas that lies behind the boxes. */
export function openWires({ canvas, places, run, colourOf }: WireOptions): Wires {
  const context = canvas.getContext("2d")!;
  const balancers = new Map(run.architectures.map((architecture) => [architecture.id, balancersOf(architecture, run)]));
  let known: Map<string, Place> | undefined;

  const look = (): Map<string, Place> => {
    const frame = canvas.getBoundingClientRect();
    const scale = devicePixelRatio;
    const [width, height] = [Math.round(frame.width * scale), Math.round(frame.height * scale)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      context.setTransform(scale, 0, 0, scale, 0, 0);
    }
    return new Map(
      [...places].map(([name, box]) => {
        const { left, right, top, bottom } = box.getBoundingClientRect();
        const point = (x: number, y: number) => ({ x: x - frame.left, y: y - frame.top });
        const [x, y] = [(left + right) / 2, (top + bottom) / 2];
        return [name, { left: point(left, y), right: point(right, y), top: point(x, top), bottom: point(x, bottom) }];
      }),
    );
  };

  return {
    canvas,
    moved: () => {
      known = undefined;
    },
    draw(picture, dots) {
      known ??= look();
      const { width, height } = canvas.getBoundingClientRect();
      context.clearRect(0, 0, width, height);
      context.lineWidth = 2;
      context.strokeStyle = colourOf("--line");
      for (const { id, store } of picture.run.architectures)
        for (const server of picture.appServers) {
          const way = {
            architecture: id,
            balancers: balancers.get(id) ?? [],
            server,
            store: store.server ?? undefined,
          };
          trace(context, pathOf(known, way));
        }
      for (const dot of dots) {
        const passed = balancers.get(dot.architecture) ?? [];
        const path = pathOf(known, { ...dot, balancers: passed });
        if (path.length > 0) drawDot(context, dot, { path, chosenFromLeg: passed.length, colourOf });
      }
    },
  };
}

interface Way extends Pick<Dot, "architecture" | "server" | "store"> {
  /** From the one that a request meets first. */
  balancers: readonly string[];
}

/**
 * From the browser's box by way of the balancers as far as the request got, two points for each leg; empty where a box is missing.
 * Boxes in one column are passed from top to bottom, others out on the right and in on the left.
 */
function pathOf(places: ReadonlyMap<string, Place>, { architecture, balancers, server, store }: Way): Point[] {
  const [from, ...passed] = [architecture, ...balancers].map((name) => places.get(name));
  if (!from) return [];
  const path: Point[] = [];
  let last = from;
  const goTo = (next: Place) => {
    path.push(...(next.left.x === last.left.x ? [last.bottom, next.top] : [last.right, next.left]));
    last = next;
  };
  for (const place of passed) {
    if (!place) return [];
    goTo(place);
  }
  const target = server === undefined ? undefined : places.get(server);
  if (!target) return path;
  goTo(target);
  const behind = store === undefined ? undefined : places.get(store);
  if (behind) goTo(behind);
  return path;
}

function trace(context: CanvasRenderingContext2D, path: readonly Point[]): void {
  context.beginPath();
  for (let index = 0; index + 1 < path.length; index += 2) {
    context.moveTo(path[index]!.x, path[index]!.y);
    context.lineTo(path[index + 1]!.x, path[index + 1]!.y);
  }
  context.stroke();
}

const radius = 8;

interface DotOptions extends Pick<WireOptions, "colourOf"> {
  path: readonly Point[];
  /** From this leg on the app server is chosen. */
  chosenFromLeg: number;
}

/** Outwards a plain dot, in the colour of the server that it is for once the balancer has chosen; back with the answer's sign. */
function drawDot(context: CanvasRenderingContext2D, dot: Dot, { path, chosenFromLeg, colourOf }: DotOptions): void {
  const isBack = dot.way >= 0.5;
  const { x, y, leg } = pointOn(path, isBack ? 2 - 2 * dot.way : 2 * dot.way, spread(dot.user));
  const isChosen = leg >= chosenFromLeg && dot.server !== undefined;
  context.beginPath();
  context.arc(x, y, isBack ? radius : radius * 0.7, 0, 2 * Math.PI);
  context.fillStyle = isBack
    ? colourOf(`--answer-${dot.answer}`)
    : isChosen
      ? colourOf(`--${lookOfServer(dot.server!).name}`)
      : colourOf("--ink");
  context.fill();
  if (!isBack) return;
  context.fillStyle = colourOf("--card");
  context.font = `bold ${radius * 1.5}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(answerMarks[dot.answer].sign, x, y + 1);
}

/** A request moves through the air between boxes; through a box it jumps. */
function pointOn(path: readonly Point[], part: number, aside: number): Point & { leg: number } {
  const legs = path.length / 2;
  const leg = Math.min(legs - 1, Math.floor(part * legs));
  const within = part * legs - leg;
  const from = path[leg * 2]!;
  const to = path[leg * 2 + 1]!;
  const bow = aside * Math.sin(Math.PI * within);
  return { x: from.x + (to.x - from.x) * within, y: from.y + (to.y - from.y) * within + bow, leg };
}

/** Users of one architecture take the same way; a little aside of each other they can be told apart. Always the same for a user. */
function spread(user: string): number {
  let sum = 0;
  for (let index = 0; index < user.length; index++) sum = (sum * 31 + user.charCodeAt(index)) % 997;
  return (sum % 53) - 26;
}
