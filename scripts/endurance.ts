/**
 * Many runs of server-crash and redis-crash, with mixed users, seeds, victims and architectures, two labs at a time, half of the runs
 * with the CPU loaded by another process. Counts verdicts that are wrong: that differ from what is certain of these architectures.
 *
 *   npx tsx scripts/endurance.ts [RUNS] [FIRST]    150 runs, about a quarter of an hour; or RUNS of these from number FIRST (0) on
 *
 * Every third run is redis-crash. Prints a line for each run that was not confirmed, then the counts; exits with 1 when a verdict
 * was wrong or more than 2 % were inconclusive.
 */
import { spawn } from "node:child_process";
import { fatesOf, type LabCommand, labCommand } from "../cli/testing/run-lab.ts";

const runs = Number(process.argv[2] ?? 150);
const first = Number(process.argv[3] ?? 0);
const labsAtOnce = 2;
const mostInconclusive = 0.02;

const withAffinity = ["cookie", "ip-hash", "cookie-hash", "cookie-learn", "node-cookie"];
/** Divisible by the three app servers: each of them has as many. */
const userCounts = [3, 6, 15, 30, 60];

interface Run {
  scenario: "server-crash" | "redis-crash";
  policy: string;
  stores: string[];
  users: number;
  seed: number;
  victim: string;
  loaded: boolean;
}

/** The run of this number; the same each time. */
function runOf(number: number): Run {
  const turn = Math.floor(number / 3);
  const isCrash = number % 3 < 2;
  // Without affinity, memory holds nothing that redis-crash could compare with.
  const policies = isCrash ? [...withAffinity, "round-robin"] : withAffinity;
  return {
    scenario: isCrash ? "server-crash" : "redis-crash",
    policy: policies[turn % policies.length]!,
    stores: isCrash ? ["memory", number % 2 === 0 ? "redis" : "jwt"] : ["memory", "redis", "redis-aof"],
    users: userCounts[number % userCounts.length]!,
    seed: 1_000 + number,
    victim: `app${1 + (number % 3)}`,
    loaded: turn % 2 === 1,
  };
}

/** What must come out, as `fatesOf` says it: from how these servers work, not from the lab's own expectations. */
function truthOf({ scenario, policy, stores, users }: Run): string[] {
  return stores.map((store) => {
    const counts = () => {
      if (store === "memory" && policy === "round-robin") return [`${users} unstable`];
      if (store === "memory" && scenario === "server-crash")
        return [`${users / 3} lost`, `${(users * 2) / 3} survived`];
      return [`${users} ${store === "redis" && scenario === "redis-crash" ? "lost" : "survived"}`];
    };
    return `${policy}.${store}: ${counts().sort().join(", ")}`;
  });
}

const counts = { confirmed: 0, wrong: 0, inconclusive: 0 };
let next = first;
// Those that have begun are finished, and the labs removed.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => (next = Number.POSITIVE_INFINITY));
const begin = performance.now();
const labs = Array.from({ length: labsAtOnce }, (_, index) => labCommand({ name: `endurance-${index + 1}` }));
try {
  await Promise.all(labs.map(work));
} finally {
  await Promise.all(labs.map((lab) => lab.run(["down"])));
  for (const lab of labs) lab[Symbol.dispose]();
}
const seconds = Math.round((performance.now() - begin) / 1_000);
const { confirmed, wrong, inconclusive } = counts;
const done = confirmed + wrong + inconclusive;
process.stdout.write(
  `${done} runs in ${seconds} s: ${confirmed} confirmed as they must be, ${wrong} wrong, ${inconclusive} inconclusive\n`,
);
if (wrong > 0 || inconclusive > mostInconclusive * done) process.exitCode = 1;

async function work(lab: LabCommand): Promise<void> {
  await lab.up();
  while (next < first + runs) {
    const number = next++;
    const run = runOf(number);
    const load = run.loaded ? spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }) : undefined;
    try {
      note(number, run, await play(lab, run));
    } finally {
      load?.kill("SIGKILL");
    }
  }
}

async function play(lab: LabCommand, { scenario, policy, stores, users, seed, victim }: Run) {
  const narrowed = ["--policy", policy, "--store", stores.join(","), "--users", String(users), "--victim", victim];
  return lab.json(["scenario", scenario, ...narrowed, "--seed", String(seed)]).then(
    ({ result }) => ({ verdict: result.verdict, fates: fatesOf(result) }),
    (error: Error) => ({ verdict: "none", fates: [error.message] }),
  );
}

function note(number: number, run: Run, { verdict, fates }: { verdict: string; fates: string[] }): void {
  const isRight = verdict === "confirmed" && fates.sort().join() === truthOf(run).sort().join();
  const kind = isRight ? "confirmed" : verdict === "inconclusive" ? "inconclusive" : "wrong";
  counts[kind] += 1;
  if (isRight) return;
  const { scenario, policy, users, seed, loaded } = run;
  const what = `${scenario} ${policy}, ${users} users, seed ${seed}${loaded ? ", CPU loaded" : ""}`;
  process.stdout.write(`${kind}: run ${number} (${what}): ${verdict}\n  ${fates.join("\n  ")}\n`);
}
