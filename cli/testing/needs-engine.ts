import { execa } from "execa";

/** Vitest's global set-up for the tests that need an engine: one clear sentence instead of a hundred failures. */
export default async function needsEngine(): Promise<void> {
  const { exitCode, stderr } = await execa("docker", ["info", "--format", "{{.ServerVersion}}"], { reject: false });
  if (exitCode === 0) return;
  throw new Error(
    `The container tests need a Docker engine, and none answers (${stderr.trim().split("\n").at(-1)}). Start one with ./scripts/setup.sh --yes, or run only the others: npm run test:unit.`,
  );
}
