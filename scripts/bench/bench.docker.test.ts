import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { packageRoot } from "../../cli/lab/paths.ts";
import { inventory } from "../../cli/testing/engine-inventory.ts";
import { waitUntil } from "../../cli/wait.ts";

it.each(["SIGINT", "SIGTERM"] as const)("leaves nothing behind when %s ends it in the middle", async (signal) => {
  const name = `test-bench-${signal.toLowerCase()}`;
  const folder = mkdtempSync(join(tmpdir(), "session-lab-test-"));
  const results = join(folder, "results.json");
  const bench = execa(
    process.execPath,
    ["--import", "tsx", join(packageRoot, "scripts/bench.ts"), "1", results, "growth"],
    { env: { LAB_NAME: name, TMPDIR: folder, BENCH_HOME: undefined }, reject: false },
  );
  try {
    const { ok } = await waitUntil({
      look: () => inventory(name),
      until: (found) => found.length > 0,
      deadlineMs: 60_000,
      everyMs: 200,
    });
    bench.kill(signal);
    const { exitCode, stderr } = await bench;
    expect({ ok, exitCode, stderr }).toMatchObject({ ok: true, exitCode: 130 });
    expect(await inventory(name)).toEqual([]);
    expect(readdirSync(folder).filter((file) => file.startsWith("session-lab-bench-"))).toEqual([]);
  } finally {
    bench.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  }
});
