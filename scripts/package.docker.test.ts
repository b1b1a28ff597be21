import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packageRoot } from "../cli/paths.ts";
import { fatesOf, labCommand } from "../cli/testing/run-lab.ts";

/** The package as a stranger gets it: packed, installed into an empty folder, run from there. */
const folder = mkdtempSync(join(tmpdir(), "session-lab-package-"));
const installed = labCommand({ name: "test-package", root: join(folder, "node_modules/session-lab") });
/** Not from this repository, where what the package lacks would be found. */
const within = ["env", "-C", folder];

beforeAll(async () => {
  const packed = await execa("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: packageRoot });
  writeFileSync(join(folder, "package.json"), "{}\n");
  const tarball = join(folder, packed.stdout.trim().split("\n").at(-1)!);
  await execa("npm", ["install", "--ignore-scripts", "--prefer-offline", tarball], { cwd: folder });
});

afterAll(async () => {
  await installed.run(["down"]);
  installed[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

it("has nothing that publint would mend", async () => {
  const { messages, pkg } = await publint({ pkgDir: packageRoot, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg!))).toEqual([]);
});

it("replays the recorded run with no engine running", async () => {
  const lab = join(folder, "node_modules/.bin/lab");
  const env = { LAB_HOME: installed.home, NO_COLOR: "1", DOCKER_HOST: "unix:///nonexistent/none.sock" };
  const options = { cwd: folder, env, reject: false, stdin: "ignore" } as const;
  const { stdout, exitCode } = await execa(lab, ["replay", "--demo"], options);
  expect(stdout).toContain("Who is still logged in?");
  expect(stdout).toContain("kill app2");
  expect(exitCode).toBe(0);
});

it("does the main job, and writes the page of it", async () => {
  const page = join(folder, "run.html");
  const few = ["--policy", "cookie", "--store", "memory,redis", "--users", "3", "--report", page];
  const { result, exitCode } = await installed.json(["scenario", "server-crash", ...few], { within });
  expect(fatesOf(result)).toEqual(["cookie.memory: 1 lost, 2 survived", "cookie.redis: 3 survived"]);
  expect(result.leftovers).toEqual([]);
  expect(exitCode).toBe(0);
});
