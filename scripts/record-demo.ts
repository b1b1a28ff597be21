/**
 * Records the run that comes with the package (`lab replay --demo`): a real one, on real containers, with few users.
 *
 *   npx tsx scripts/record-demo.ts
 *
 * Needs a Docker engine and a built package. Replaces docs/example/demo/history.jsonl.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const home = mkdtempSync(join(tmpdir(), "session-lab-demo-"));
const command = [
  "scenario",
  "server-crash",
  "--users",
  "6",
  "--policy",
  "round-robin,cookie",
  "--store",
  "memory,redis",
];

try {
  execFileSync(process.execPath, [join(root, "dist/cli/main.js"), ...command], {
    env: { ...process.env, LAB_HOME: home, LAB_NAME: "demo" },
    stdio: "inherit",
  });
  const [run] = readdirSync(join(home, "runs"));
  const folder = join(root, "docs/example/demo");
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(home, "runs", run!, "history.jsonl"), join(folder, "history.jsonl"));
} finally {
  rmSync(home, { recursive: true, force: true });
}
