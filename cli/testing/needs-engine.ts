import { execa } from "execa";
import { LabEngine } from "../lab/lab-engine.ts";
import { removeLab } from "../lab/remove-lab.ts";
import { docker } from "./engine-inventory.ts";

/**
 * Vitest's global set-up for the tests that need an engine: one clear sentence instead of a hundred failures.
 *
 * @returns what looks afterwards whether they have left a lab
 */
export default async function needsEngine(): Promise<() => Promise<void>> {
  const { exitCode, stderr } = await execa("docker", ["info", "--format", "{{.ServerVersion}}"], { reject: false });
  if (exitCode !== 0)
    throw new Error(
      `The container tests need a Docker engine, and none answers (${stderr.trim().split("\n").at(-1)}). Start one with ./scripts/setup.sh --yes, or run only the others: npm run test:unit.`,
    );
  // A test that starts Vitest itself (cli/whole/one-file.docker.test.ts) must not end the labs of those that run beside it.
  if (process.env.VITEST_POOL_ID !== undefined) return async () => {};
  await clearAway();
  return nothingIsLeft;
}

/** @throws Error; Vitest only prints it, so the exit code is set here */
async function nothingIsLeft(): Promise<void> {
  const labs = await labsOfTests(new LabEngine());
  if (labs.size === 0) return;
  process.exitCode = 1;
  throw new Error(`These tests have left the labs ${[...labs].join(", ")}.`);
}

async function labsOfTests(engine: LabEngine): Promise<Set<string>> {
  return new Set((await engine.resources()).map(({ lab }) => lab).filter((lab) => lab.startsWith("test-")));
}

/** Removes what an earlier run of these tests that was killed has left: its labs would be taken for running ones. */
async function clearAway(): Promise<void> {
  const engine = new LabEngine();
  const labs = await labsOfTests(engine);
  for (const name of labs) {
    const left = await removeLab({ name }, engine);
    if (left.length > 0) throw new Error(`An earlier test run left the lab ${name}, which cannot be removed.`);
  }
  const servers = await docker("ps", "-aq", "--filter", "label=dev.session-lab.test");
  if (servers.length > 0) await docker("rm", "-f", "-v", ...servers);
  const what = [...labs, ...(servers.length > 0 ? [`${servers.length} servers of stores`] : [])];
  if (what.length > 0) console.warn(`An earlier test run that was killed had left: ${what.join(", ")}. Removed.`);
}
