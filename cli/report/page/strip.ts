import type { ShownOperation } from "../html/report-data.ts";
import { isUnanswered } from "./unanswered.ts";

/** What one session's strip is drawn from: SVG paths, one for each kind of mark. */
export interface Strip {
  /** Recognised, by each app server. */
  served: string[];
  /** Answered, but not recognised. */
  anonymous: string;
  unanswered: string;
  crossed: string;
}

/** Height of a strip. Each app server has a track of its own, so that a strip reads without colour. */
export const stripHeight = 30;

const narrowest = 3;

/** What the browser itself was told, in time; answers that say the same, by the same server, are one bar. */
export function stripOf(
  operations: readonly ShownOperation[],
  { appServers, x }: { appServers: readonly string[]; x: (ms: number) => number },
): Strip {
  const strip: Strip = { served: appServers.map(() => ""), anonymous: "", unanswered: "", crossed: "" };
  const track = stripHeight / Math.max(1, appServers.length);
  for (const { from, to, answer, server } of runs(operations)) {
    const left = x(from);
    const width = Math.max(narrowest, Math.round((x(to) - left) * 10) / 10);
    const index = server === undefined ? -1 : appServers.indexOf(server);
    const top = Math.max(0, index) * track;
    if (isUnanswered(answer)) strip.unanswered += box(left, 0, width, stripHeight);
    else if (answer === "me") {
      if (index >= 0) strip.served[index] += box(left, top + 1, width, track - 2);
    } else if (answer === "anonymous") strip.anonymous += box(left, top + 2, width, track - 4);
    else strip.crossed += box(left, top, width, track);
  }
  return strip;
}

interface Run {
  from: number;
  to: number;
  answer: ShownOperation["answer"];
  server: string | undefined;
}

/** Requests in the order in which they were sent; equal neighbours together. */
function runs(operations: readonly ShownOperation[]): Run[] {
  const found: Run[] = [];
  const live = operations.filter(({ jar }) => jar === "live").sort((one, other) => one.at - other.at);
  for (const { at, ms, answer, server } of live) {
    const last = found.at(-1);
    if (last && last.answer === answer && last.server === server) last.to = Math.max(last.to, at + ms);
    else found.push({ from: at, to: at + ms, answer, server });
  }
  return found;
}

function box(left: number, top: number, width: number, height: number): string {
  const round = (value: number) => Math.round(value * 10) / 10;
  return `M${round(left)} ${round(top)}h${round(width)}v${round(height)}h${round(-width)}z`;
}

/** The same in words, for who does not see the picture. */
export function stripInWords(operations: readonly ShownOperation[]): string {
  const said = runs(operations).map(({ answer, server }) =>
    isUnanswered(answer) ? "no answer" : `${answer === "me" ? "" : `${answer} `}at ${server ?? "unknown"}`,
  );
  const shown = said.slice(0, 12).join(", then ");
  return said.length > 12 ? `${shown}, and so on` : shown;
}
