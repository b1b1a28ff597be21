import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { copyPackage } from "../../cli/testing/package-copy.ts";

it("the containers' users may read what was built, also under a umask that keeps files to their owner", async () => {
  using copy = copyPackage({ withSources: true });
  await execa("sh", ["-c", "rm -r dist/app; umask 077; exec node --import tsx scripts/build.ts app"], {
    cwd: copy.root,
  });
  const folder = join(copy.root, "dist/app");
  const modes = [folder, ...readdirSync(folder).map((file) => join(folder, file))].map((path) =>
    (statSync(path).mode & 0o777).toString(8),
  );
  expect(modes).toEqual(["755", "644", "644", "644", "644"]);
}, 300_000);
