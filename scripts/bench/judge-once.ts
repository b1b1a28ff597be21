/** A process of its own for scripts/bench/judge.ts: judges a history, or only parses its lines, and says what that took. */
import { built } from "./built.ts";
import type { Judging } from "./judge.ts";

const [, , what, file] = process.argv as [string, string, "judge" | "parse", string];

const [{ linesOf }, { readHistory }, { judge }] = await Promise.all([
  built<typeof import("../../cli/history/lines.ts")>("history/lines"),
  built<typeof import("../../cli/history/reader.ts")>("history/reader"),
  built<typeof import("../../cli/verdict/judge.ts")>("verdict/judge"),
]);
const begin = performance.now();
if (what === "judge") await judge(readHistory(file));
// The same reader: what is compared is the judging, not the reading of a file.
else for await (const lines of linesOf(file)) for (const line of lines) JSON.parse(line);
const judging: Judging = { ms: performance.now() - begin, peakMib: Math.round(process.resourceUsage().maxRSS / 1024) };
process.stdout.write(JSON.stringify(judging));
