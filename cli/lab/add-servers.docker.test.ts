import { afterAll, expect, it } from "vitest";
import { docker, inventory } from "../testing/engine-inventory.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";

const name = "test-adding";
const lab = labCommand({ name });
const few = ["--users", "3", "--policy", "cookie"];

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

it("a running lab gets the optional servers that a scenario needs, loses nothing by it, and keeps them", async () => {
  await lab.up();
  const before = await containers();
  await lab.run(["user", "ada", "login", "--at", "cookie.memory"]);

  const grown = await lab.json(["scenario", "scale-out", "--store", "memory", ...few]);
  expect(grown.stderr).toContain(`starting spare in the lab "${name}", for as long as that runs`);
  expect(fatesOf(grown.result)).toContain("cookie.memory: 3 survived");
  expect(grown.exitCode).toBe(0);
  expect(await containers()).toEqual(expect.arrayContaining(before));
  expect((await lab.run(["user", "ada", "whoami"])).exitCode).toBe(0);

  const again = await lab.json(["scenario", "scale-out", "--store", "memory", ...few]);
  expect(again.stderr).not.toContain("starting");

  const database = await lab.json(["scenario", "login", "--store", "postgres", ...few]);
  expect(fatesOf(database.result)).toEqual(["cookie.postgres: 3 survived"]);
  expect((await lab.run(["sessions", "--store", "postgres"])).exitCode).toBe(0);

  const up = await lab.up(["--with", "redis-cluster"]);
  expect(up.stdout).toContain("http://cookie.redis-cluster.localhost:");
  expect(await containers()).toEqual(expect.arrayContaining(before));

  expect(await lab.run(["down"])).toMatchObject({ exitCode: 0 });
  expect(await inventory(name)).toEqual([]);
});

/** Each with its start: another one means that it was touched. */
async function containers(): Promise<string[]> {
  const ids = await docker("ps", "-q", "--no-trunc", "--filter", `label=dev.session-lab.lab=${name}`);
  return docker("inspect", "--format", "{{.Name}} {{.Id}} {{.State.StartedAt}}", ...ids);
}
