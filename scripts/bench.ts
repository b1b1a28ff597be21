/** The measurements of scripts/bench.sh: what the lab costs beside what it cannot avoid. Prints a table; times nothing in tests. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { execa } from "execa";
import { packageRoot } from "../cli/lab/paths.ts";
import type { Figure, Measured, Measurement } from "./bench/figure.ts";
import { measureGrowth } from "./bench/growth.ts";
import { measureHelp } from "./bench/help.ts";
import { measureJudge } from "./bench/judge.ts";
import { measureServerCrash } from "./bench/server-crash.ts";
import { measureStart } from "./bench/start.ts";
import { measureUsers } from "./bench/users.ts";

const measurements: Record<string, Measurement> = {
  help: measureHelp,
  start: measureStart,
  "server-crash": measureServerCrash,
  users: measureUsers,
  judge: measureJudge,
  growth: measureGrowth,
};

const [, , roundsGiven = "5", file = "bench.json", ...chosen] = process.argv;
const rounds = Number(roundsGiven);
const home = mkdtempSync(join(tmpdir(), "session-lab-bench-"));
const env = { LAB_HOME: home, LAB_NAME: "bench", NO_COLOR: "1" };
const lab = (...args: string[]) => execa(process.execPath, [join(packageRoot, "dist/cli/main.js"), ...args], { env });

try {
  const figures: Figure[] = [];
  for (const name of chosen.length > 0 ? chosen : Object.keys(measurements)) {
    const measure = measurements[name];
    if (!measure) throw new Error(`unknown measurement "${name}"; allowed: ${Object.keys(measurements).join(", ")}`);
    figures.push(...(await measure({ rounds, home, lab })));
  }
  const table = new Table({ head: ["what", "against", "median", "spread", "aim"], style: { head: [], border: [] } });
  for (const { what, against, median, lowest, highest, aim } of figures)
    table.push([what, against, median.toFixed(2), `${lowest.toFixed(2)} to ${highest.toFixed(2)}`, aim ?? ""]);
  const measured: Measured = { rounds, cores: availableParallelism(), figures };
  process.stdout.write(`${measured.rounds} rounds on ${measured.cores} cores\n${table.toString()}\n`);
  writeFileSync(file, `${JSON.stringify(measured, null, 2)}\n`);
} finally {
  await lab("down").catch(() => {});
  rmSync(home, { recursive: true, force: true });
}
