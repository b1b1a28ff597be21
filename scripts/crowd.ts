/**
 * Crowds: 10,000 users in one run of server-crash, 100,000 users of `login` on one architecture. Prints what came of each, and how much
 * memory the command took at most; exits with 1 when requests failed that nothing was to disturb, the verdict is not `confirmed`, or
 * the command took more memory than it may.
 *
 *   npx tsx scripts/crowd.ts [CROWD [USERS]]    CROWD: crash, login (a quarter of an hour); both by default. USERS: fewer, for a try
 *
 * Needs what `npm run build` makes, an engine and the images.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OperationEvent } from "../cli/history/events.ts";
import { readHistory } from "../cli/history/reader.ts";
import { labCommand } from "../cli/testing/run-lab.ts";

interface Crowd {
  scenario: string;
  users: number;
  /** Of one policy, `cookie`; the users are shared out over them. */
  stores: string[];
  /** MB of resident memory. */
  aim: number;
}

const crowds: Record<string, Crowd> = {
  crash: { scenario: "server-crash", users: 10_000, stores: ["memory", "redis"], aim: 250 },
  login: { scenario: "login", users: 100_000, stores: ["redis"], aim: 600 },
};

/** Has a Node process leave its peak memory, in KiB, in a file of its home when it ends. */
const notePeak = `data:text/javascript,${encodeURIComponent(
  'import { writeFileSync } from "node:fs";' +
    'const file = process.env.LAB_HOME + "/peak-" + process.pid;' +
    'process.on("exit", () => writeFileSync(file, String(process.resourceUsage().maxRSS)));',
)}`;

const [, , name, users] = process.argv;
if (name !== undefined && !crowds[name])
  throw new Error(`unknown crowd "${name}"; allowed: ${Object.keys(crowds).join(", ")}`);
for (const crowd of name === undefined ? Object.values(crowds) : [crowds[name]!])
  if (!(await holds(users === undefined ? crowd : { ...crowd, users: Number(users) }))) process.exitCode = 1;

async function holds({ scenario, users, stores, aim }: Crowd): Promise<boolean> {
  using lab = labCommand({ name: "crowd" });
  const each = String(Math.ceil(users / stores.length));
  const begin = performance.now();
  const running = lab.start(
    ["scenario", scenario, "--policy", "cookie", "--store", stores.join(), "--users", each, "--json"],
    { env: { NODE_OPTIONS: `--import ${notePeak}` } },
  );
  const interrupt = () => running.kill("SIGINT");
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupt);
  const { exitCode, stdout, stderr } = await running;
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, interrupt);
  if (!String(stdout).startsWith("{")) throw new Error(`lab scenario ended with ${exitCode}:\n${stderr}`);

  const { verdict } = JSON.parse(String(stdout)) as { verdict: string };
  const seconds = Math.round((performance.now() - begin) / 1_000);
  const { operations, failed, failedUndisturbed } = await count(lab.home);
  const peak = Math.round((Number(readFileSync(join(lab.home, `peak-${running.pid}`), "utf8")) * 1_024) / 1e6);
  process.stdout.write(
    `${scenario}, ${users} users on ${stores.map((store) => `cookie.${store}`).join(", ")}: ${verdict} after ${seconds} s\n` +
      `  ${operations} operations; without an answer ${failed}, of them while nothing was broken ${failedUndisturbed}\n` +
      `  at most ${peak} MB of memory (aim: ${aim} MB)\n`,
  );
  return verdict === "confirmed" && failedUndisturbed === 0 && peak <= aim;
}

/** Of the only run in a home. */
async function count(home: string): Promise<{ operations: number; failed: number; failedUndisturbed: number }> {
  const [run] = readdirSync(join(home, "runs"));
  const counts = { operations: 0, failed: 0, failedUndisturbed: 0 };
  for await (const event of readHistory(join(home, "runs", run!, "history.jsonl"))) {
    if (event.type !== "operation") continue;
    counts.operations += 1;
    if (!hasFailed(event)) continue;
    counts.failed += 1;
    if (event.phase !== "fault") counts.failedUndisturbed += 1;
  }
  return counts;
}

function hasFailed({ answer }: OperationEvent): boolean {
  return answer === "none" || answer === "store-unreachable";
}
