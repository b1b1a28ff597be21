/** The measurements of scripts/bench.sh. Prints a table; times nothing in tests. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { execa } from "execa";
import { imageEnvironment, resolveImages } from "../cli/docker/images.ts";
import type { HistoryEvent } from "../cli/history/events.ts";
import { composeFile, packageRoot } from "../cli/lab/paths.ts";

const rounds = Number(process.argv[2] ?? 5);
const lab = join(packageRoot, "dist/cli/main.js");
const home = mkdtempSync(join(tmpdir(), "session-lab-bench-"));
const env = { LAB_HOME: home, LAB_NAME: "bench", NO_COLOR: "1" };

try {
  const rows = [await help(), await up(), ...(await scenario())];
  const table = new Table({ head: ["what", "median", "spread", "aim"], style: { head: [], border: [] } });
  table.push(...rows);
  process.stdout.write(`${rounds} rounds\n${table.toString()}\n`);
} finally {
  await execa(process.execPath, [lab, "down"], { env, reject: false });
  rmSync(home, { recursive: true, force: true });
}

/** `lab --help` against Node that does nothing. */
async function help(): Promise<string[]> {
  const ratios = await repeat(async () => {
    const bare = await timed(() => execa(process.execPath, ["-e", "0"]));
    return (await timed(() => execa(process.execPath, [lab, "--help"]))) / bare;
  });
  return ["lab --help / node -e 0", ...describe(ratios), "<= 2"];
}

/** `lab up` against bare Compose with the same files, waiting for its health checks. */
async function up(): Promise<string[]> {
  const images = imageEnvironment(await resolveImages());
  const compose = (...args: string[]) =>
    execa("docker", ["compose", "-f", composeFile, ...args], {
      env: { ...images, LAB_NAME: "bench-bare", LAB_PORT: "18080", LAB_SUBNET_PREFIX: "172.29.77" },
    });
  const ratios = await repeat(async () => {
    const bare = await timed(() => compose("up", "-d", "--wait"));
    await compose("down", "-v", "-t", "0");
    const ours = await timed(() => execa(process.execPath, [lab, "up"], { env }));
    await execa(process.execPath, [lab, "down"], { env });
    say(`up: bare ${seconds(bare)}, lab ${seconds(ours)}`);
    return ours / bare;
  });
  return ["lab up / docker compose up -d --wait", ...describe(ratios), "<= 1.3"];
}

/** `lab scenario server-crash` on a running lab, and where its time goes. */
async function scenario(): Promise<string[][]> {
  await execa(process.execPath, [lab, "up"], { env });
  const shares: Record<string, number[]> = {};
  const totals: number[] = [];
  await repeat(async () => {
    const total = await timed(() => execa(process.execPath, [lab, "scenario", "server-crash"], { env }));
    const parts = timeline(newestHistory());
    parts["the lab's own work"] = total - Object.values(parts).reduce((sum, ms) => sum + ms, 0);
    for (const [part, ms] of Object.entries(parts)) shares[part] = [...(shares[part] ?? []), ms / total];
    totals.push(total / 1_000);
    say(`server-crash: ${seconds(total)}`);
    return total;
  });
  return [
    ["lab scenario server-crash, lab running (s)", ...describe(totals), ""],
    ...Object.entries(shares).map(([part, values]) => [
      `  of it: ${part}`,
      ...describe(values),
      part === "the lab's own work" ? "< 0.20" : "",
    ]),
  ];
}

/** Milliseconds of the run by what they were spent on; what is not in here is the lab's own work. */
function timeline(events: HistoryEvent[]): Record<string, number> {
  const parts: Record<string, number> = {
    "waiting for nginx's failure window": 0,
    "container operations": 0,
    "users' requests, answered by the containers": 0,
  };
  const add = (part: string, ms: number) => {
    parts[part] = (parts[part] ?? 0) + ms;
  };
  const steps = events.filter((event) => event.type === "step");
  const end = events.at(-1);
  steps.forEach((step, index) => {
    const until = steps[index + 1]?.at ?? (end?.type === "end" ? end.at : step.at);
    const own = events.filter((event) => event.type === "fault" && event.at >= step.at && event.at <= until);
    const healed = own.findLast((event) => event.type === "fault" && event.state === "healed");
    if (step.step === "browse") add("waiting for nginx's failure window", until - step.at);
    else if (step.step === "inject") add("container operations", until - step.at);
    else if (step.step === "heal" && healed?.type === "fault") {
      add("container operations", healed.at - step.at);
      add("waiting for nginx's failure window", until - healed.at);
    } else if (["log-in", "shop", "read-back", "check-in"].includes(step.step))
      add("users' requests, answered by the containers", busy(events, step.at, until));
  });
  return parts;
}

/** Milliseconds between two instants in which at least one request was under way. */
function busy(events: HistoryEvent[], from: number, until: number): number {
  let covered = from;
  let total = 0;
  const operations = events.filter((event) => event.type === "operation" && event.at >= from && event.at < until);
  for (const operation of operations.sort((a, b) => ("at" in a && "at" in b ? a.at - b.at : 0))) {
    if (operation.type !== "operation") continue;
    const end = operation.at + operation.ms;
    if (end <= covered) continue;
    total += end - Math.max(covered, operation.at);
    covered = end;
  }
  return total;
}

function newestHistory(): HistoryEvent[] {
  const runs = join(home, "runs");
  const newest = readdirSync(runs).sort().at(-1)!;
  const lines = readFileSync(join(runs, newest, "history.jsonl"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as HistoryEvent);
}

async function repeat(measure: () => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) values.push(await measure());
  return values;
}

async function timed(act: () => PromiseLike<unknown>): Promise<number> {
  const begin = performance.now();
  await act();
  return performance.now() - begin;
}

function describe(values: number[]): [string, string] {
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  return [median.toFixed(2), `${sorted[0]!.toFixed(2)} to ${sorted.at(-1)!.toFixed(2)}`];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
