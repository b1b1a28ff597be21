/** A process of its own for scripts/bench/judge.ts: judges a history, or only parses its lines, and says what that took. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Judging } from "./judge.ts";

const [, , what, file] = process.argv as [string, string, "judge" | "parse", string];

const [{ readHistory }, { judge }] = await Promise.all([
  import("../../cli/history/reader.ts"),
  import("../../cli/verdict/judge.ts"),
]);
const begin = performance.now();
if (what === "judge") await judge(readHistory(file));
else for await (const line of createInterface({ input: createReadStream(file) })) JSON.parse(line);
const judging: Judging = { ms: performance.now() - begin, peakMib: Math.round(process.resourceUsage().maxRSS / 1024) };
process.stdout.write(JSON.stringify(judging));
