import type { FaultEffect } from "./events.ts";

/** The process that was there is gone, with all that was only in its memory; another one may have taken its place. */
export function endsProcess({ process }: FaultEffect): boolean {
  return process === "ends" || process === "restarts";
}
