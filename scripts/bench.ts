/** The measurements of scripts/bench.sh: what the lab costs beside what it cannot avoid. Prints a table; times nothing in tests. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { execa } from "execa";
import { builtLab } from "./bench/built.ts";
import type { Bench, Measurement } from "./bench/figure.ts";
import { measureGrowth } from "./bench/growth.ts";
import { measureHelp } from "./bench/help.ts";
import { measureJudge } from "./bench/judge.ts";
import { keepFigures, type Measured } from "./bench/kept-figures.ts";
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

class UsageError extends Error {}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop.abort());

// The script makes it and puts tools into it; without the script there is none yet.
const home = process.env.BENCH_HOME ?? mkdtempSync(join(tmpdir(), "session-lab-bench-"));
const labEnv = { LAB_HOME: home, LAB_NAME: process.env.LAB_NAME ?? "bench", NO_COLOR: "1" };
// In process groups of their own: a Ctrl-C reaches this process, which ends them one by one and lets each tidy up.
const run: Bench["run"] = (program, args, env = {}) =>
  execa(program, args, { env, detached: true, cancelSignal: stop.signal, forceKillAfterDelay: false });
const undo: Bench["undo"] = (program, args, env = {}) => execa(program, args, { env, detached: true });
const bench = { home, run, undo, lab: (...args: string[]) => run(process.execPath, [builtLab, ...args], labEnv) };

try {
  const [, , roundsGiven = "5", file = "bench.json", ...given] = process.argv;
  const rounds = Number(roundsGiven);
  if (!(rounds >= 1)) throw new UsageError(`"${roundsGiven}" is no number of rounds`);
  const chosen = given.length > 0 ? given : Object.keys(measurements);
  for (const name of chosen)
    if (!measurements[name])
      throw new UsageError(`unknown measurement "${name}"; allowed: ${Object.keys(measurements).join(", ")}`);

  const before = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Measured) : undefined;
  const now: Measured = { cores: availableParallelism(), measurements: {} };
  for (const name of chosen)
    now.measurements[name] = { rounds, figures: await measurements[name]!({ ...bench, rounds }) };
  const table = new Table({ head: ["what", "against", "median", "spread", "aim"], style: { head: [], border: [] } });
  for (const { figures } of Object.values(now.measurements))
    for (const { what, against, median, lowest, highest, aim } of figures)
      table.push([what, against, median.toFixed(2), `${lowest.toFixed(2)} to ${highest.toFixed(2)}`, aim ?? ""]);
  process.stdout.write(`${rounds} rounds on ${now.cores} cores\n${table.toString()}\n`);
  writeFileSync(file, `${JSON.stringify(keepFigures(before, now, Object.keys(measurements)), null, 2)}\n`);
} catch (error) {
  if (!stop.signal.aborted && !(error instanceof UsageError)) throw error;
  process.stderr.write(
    stop.signal.aborted ? "interrupted: removing what was started\n" : `error: ${(error as Error).message}\n`,
  );
  process.exitCode = stop.signal.aborted ? 130 : 64;
} finally {
  await undo(process.execPath, [builtLab, "down"], labEnv).finally(() =>
    rmSync(home, { recursive: true, force: true }),
  );
}
