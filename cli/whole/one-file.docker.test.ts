import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { copyPackage } from "../testing/package-copy.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";
import { byLotPolicy, sameRedisStore, twoStopScenario } from "../testing/things-to-add.ts";

/**
 * The promise of CONTRIBUTING.md: a store, a policy and a scenario are one file each, and then they are everywhere. A copy of the
 * package gets one of each, and nothing else in it is edited.
 */
const copy = copyPackage({ withSources: true });
const lab = labCommand({ name: "test-one-file", root: copy.root });

beforeAll(async () => {
  copy.write("nginx/policies/by-lot.conf", byLotPolicy);
  copy.write("services/app/stores/same-redis.ts", sameRedisStore);
  copy.write("cli/scenarios/two-stop.ts", twoStopScenario);
  await inCopy("npm", "run", "build");
});

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
  copy[Symbol.dispose]();
});

it("the scenario runs on the architectures of the new policy and the new store, and comes out as its file says", async () => {
  const { result, exitCode } = await lab.json([
    ...["scenario", "two-stop", "--users", "6"],
    ...["--policy", "by-lot,cookie", "--store", "same-redis,memory"],
  ]);

  expect(fatesOf(result)).toEqual([
    "by-lot.memory: 6 unstable",
    "by-lot.same-redis: 6 survived",
    "cookie.memory: 2 survived, 4 lost",
    "cookie.same-redis: 6 survived",
  ]);
  expect(exitCode).toBe(0);
});

it.each([
  ["scenario", "two-stop"],
  ["policy", "by-lot"],
  ["store", "same-redis"],
])("the list, the completion and the explanation know the %s %s", async (kind, id) => {
  const explained = await lab.run(["explain", id]);
  expect(explained).toMatchObject({ exitCode: 0 });
  expect(explained.stdout).toContain(id);

  const line =
    kind === "scenario" ? ["scenario", id.slice(0, -1)] : ["scenario", "login", `--${kind}`, id.slice(0, -1)];
  expect((await lab.run(["complete", "--", ...line])).stdout).toContain(id);

  if (kind === "scenario") expect((await lab.run(["scenario", "--list"])).stdout).toContain(id);
  else expect((await lab.run(["scenario", "login", `--${kind}`, "no-such"])).stderr).toContain(id);
});

it("the README's tables have them", async () => {
  await inCopy("npx", "tsx", "scripts/docs.ts");
  const readme = readFileSync(join(copy.root, "README.md"), "utf8");
  for (const id of ["two-stop", "by-lot", "same-redis"]) expect(readme).toContain(`| \`${id}\` |`);
});

it.each([
  ["services/app/store-contract.docker.test.ts", "same-redis"],
  ["cli/whole/policies.docker.test.ts", "by-lot"],
  ["cli/theory/scenarios.test.ts", "two-stop"],
])("%s tests %s", async (file, id) => {
  expect(await inCopy("npx", "vitest", "list", file)).toContain(id);
});

async function inCopy(command: string, ...args: string[]): Promise<string> {
  // A suite that is only listed makes its folders all the same, and does not remove them.
  return (await execa(command, args, { cwd: copy.root, stdin: "ignore", env: { TMPDIR: copy.root } })).stdout;
}
