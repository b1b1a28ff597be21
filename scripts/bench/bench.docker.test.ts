import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { packageRoot } from "../../cli/paths.ts";
import { inventory } from "../../cli/testing/engine-inventory.ts";
import { waitUntil } from "../../cli/wait.ts";

/** By what in the bench's home one sees how far it is. */
const moments = [
  { when: "while its lab starts", signal: "SIGTERM", seen: async (_home: string, name: string) => inventory(name) },
  { when: "in the middle of a run", signal: "SIGINT", seen: async (home: string) => filesIn(join(home, "runs")) },
] as const;

it.each(moments)("leaves nothing behind when $signal ends it $when", { timeout: 420_000 }, async ({ signal, seen }) => {
  const name = `test-bench-${signal.toLowerCase()}`;
  const folder = mkdtempSync(join(tmpdir(), "session-lab-test-"));
  const home = join(folder, "home");
  const results = join(folder, "results.json");
  const bench = execa(
    process.execPath,
    ["--import", "tsx", join(packageRoot, "scripts/bench.ts"), "1", results, "growth"],
    // Tidying up may take longer than execa's five seconds after a SIGTERM.
    { env: { LAB_NAME: name, BENCH_HOME: home }, reject: false, forceKillAfterDelay: false },
  );
  let hasEnded = false;
  void bench.then(() => (hasEnded = true));
  try {
    const { ok } = await waitUntil({
      look: () => seen(home, name),
      // A bench that has ended says itself why.
      until: (found) => found.length > 0 || hasEnded,
      // A whole `lab up`, on a machine that is busy with others.
      deadlineMs: 240_000,
      everyMs: 200,
    });
    bench.kill(signal);
    const { exitCode, stderr } = await bench;
    expect({ ok, exitCode, stderr }).toMatchObject({ ok: true, exitCode: 130 });
    expect(await inventory(name)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    bench.kill("SIGTERM");
    await bench;
    rmSync(folder, { recursive: true, force: true });
  }
});

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
