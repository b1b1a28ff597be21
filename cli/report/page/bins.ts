import type { ShownOperation } from "../html/report-data.ts";
import { isUnanswered } from "./unanswered.ts";

/** Requests in equal slices of time, by what came of them. */
export interface Bins {
  /** Answers by each app server, in the order of the run. */
  served: number[][];
  unanswered: number[];
  anonymous: number[];
}

/** Counts the browsers' own requests; what was sent only to diagnose is left out. */
export function countInBins(
  operations: Iterable<ShownOperation>,
  { durationMs, appServers, bins }: { durationMs: number; appServers: readonly string[]; bins: number },
): Bins {
  const zeros = () => new Array<number>(bins).fill(0);
  const lanes = new Map(appServers.map((server) => [server, zeros()]));
  const counted: Bins = { served: [...lanes.values()], unanswered: zeros(), anonymous: zeros() };
  for (const { at, jar, answer, server } of operations) {
    if (jar !== "live") continue;
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((at / Math.max(1, durationMs)) * bins)));
    if (isUnanswered(answer)) counted.unanswered[bin]! += 1;
    else {
      const lane = server === undefined ? undefined : lanes.get(server);
      if (lane) lane[bin]! += 1;
      if (answer === "anonymous") counted.anonymous[bin]! += 1;
    }
  }
  return counted;
}

/** The outline of a histogram as an SVG path, standing on the bottom of a box of this size. */
export function histogramPath(counts: readonly number[], { width, height, most }: HistogramBox): string {
  const step = width / counts.length;
  let path = "";
  counts.forEach((count, index) => {
    if (count === 0) return;
    // Even a single request is to be seen.
    const tall = Math.max(2, (count / Math.max(1, most)) * height);
    path += `M${round(index * step)} ${height}v${round(-tall)}h${round(step)}v${round(tall)}z`;
  });
  return path;
}

export interface HistogramBox {
  width: number;
  height: number;
  /** The count that reaches the top. */
  most: number;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
