import { join } from "node:path";
import { execa } from "execa";
import { afterAll, expect, it } from "vitest";
import { copyPackage } from "../testing/package-copy.ts";
import { labCommand } from "../testing/run-lab.ts";

/** The package as a clone under `umask 077` leaves it: nobody but its owner may read anything. */
const copy = copyPackage();
const lab = labCommand({ name: "test-unreadable", root: copy.root });
const few = "scenario server-crash --policy cookie --store memory --users 1".split(" ");

afterAll(async () => {
  lab[Symbol.dispose]();
  copy[Symbol.dispose]();
});

it("a lab whose containers could not read their files is not started, and the command that mends it is named", async () => {
  for (const part of ["nginx", "compose", "dist/app"]) await execa("chmod", ["-R", "go-rwx", join(copy.root, part)]);
  const { stderr, exitCode } = await lab.run(few);
  expect(stderr).toContain(`The containers' users may not read ${join(copy.root, "dist/app/server.cjs")} (and `);
  expect(stderr).toContain("(files-unreadable)");
  expect(exitCode).toBe(3);

  const { stdout } = await lab.run(["doctor"]);
  expect(stdout).toContain("FAIL build: The containers' users may not read ");
  const [, mend] = /-> (chmod .+)/.exec(stdout)!;
  await execa("sh", ["-c", mend!]);
  expect((await lab.run(["doctor"])).stdout).not.toContain("may not read");
  expect(await lab.run(few)).toMatchObject({ exitCode: 0 });
});
