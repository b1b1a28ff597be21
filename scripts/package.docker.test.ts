import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packageRoot } from "../cli/lab/paths.ts";
import { fatesOf } from "../cli/testing/run-lab.ts";
import type { Result } from "../cli/verdict/result.ts";

/** The package as a stranger gets it: packed, installed into an empty folder, run from there. */
const folder = mkdtempSync(join(tmpdir(), "session-lab-package-"));
const env = { LAB_NAME: "test-package", LAB_HOME: join(folder, "home"), NO_COLOR: "1" };

beforeAll(async () => {
  const packed = await execa("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: packageRoot });
  writeFileSync(join(folder, "package.json"), "{}\n");
  const tarball = join(folder, packed.stdout.trim().split("\n").at(-1)!);
  await execa("npm", ["install", "--ignore-scripts", "--prefer-offline", tarball], { cwd: folder });
});

afterAll(async () => {
  await lab(["down"]);
  rmSync(folder, { recursive: true, force: true });
});

it("has nothing that publint would mend", async () => {
  const { messages, pkg } = await publint({ pkgDir: packageRoot, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg!))).toEqual([]);
});

it("replays the recorded run with no engine running", async () => {
  const { stdout, exitCode } = await lab(["replay", "--demo"], { DOCKER_HOST: "unix:///nonexistent/none.sock" });
  expect(stdout).toContain("Who is still logged in?");
  expect(stdout).toContain("kill app2");
  expect(exitCode).toBe(0);
});

it("does the main job, and writes the page of it", async () => {
  const page = join(folder, "run.html");
  const few = ["--policy", "cookie", "--store", "memory,redis", "--users", "3", "--report", page];
  const { stdout, exitCode } = await lab(["scenario", "server-crash", ...few, "--json"]);
  const result = JSON.parse(stdout) as Result;
  expect(fatesOf(result)).toEqual(["cookie.memory: 1 lost, 2 survived", "cookie.redis: 3 survived"]);
  expect(result.leftovers).toEqual([]);
  expect(exitCode).toBe(0);
});

/** `lab` as it was installed in that folder. */
async function lab(args: string[], more: Record<string, string> = {}) {
  const options = { cwd: folder, env: { ...env, ...more }, reject: false, stdin: "ignore" } as const;
  const { stdout, exitCode } = await execa(join(folder, "node_modules/.bin/lab"), args, options);
  return { stdout, exitCode };
}
