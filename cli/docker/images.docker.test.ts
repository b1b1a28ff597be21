import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { labCommand } from "../testing/run-lab.ts";
import { presentImages } from "./images.ts";

const lab = labCommand({ name: "test-images" });
const file = join(lab.home, "images.tar");

afterAll(() => lab[Symbol.dispose]());

it("what was saved can be loaded, again and again, and changes nothing on a machine that has it", async () => {
  const before = await presentImages();
  expect(await lab.run(["images", "save", file])).toMatchObject({ exitCode: 0 });
  expect(statSync(file).size).toBeGreaterThan(10_000_000);

  const loaded = await lab.run(["images", "load", file]);
  expect(loaded).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("loaded; the lab will use ") });
  expect(await presentImages()).toEqual(before);

  const verified = await lab.run(["images", "verify"]);
  expect(verified.exitCode).toBe(0);
  expect(verified.stdout.match(/^ok {2}\S+: (nginx|node|redis) \d+\.\d+/gm)?.length).toBe(3);

  const again = await lab.run(["images", "save", file]);
  expect(again.stderr).toContain("EEXIST");
  expect(again.exitCode).toBe(3);
});

it("a file that holds no images is named, and so is one that is not there", async () => {
  const wrong = join(lab.home, "wrong.tar");
  writeFileSync(wrong, "no archive\n".repeat(1_000));
  for (const [path, what] of [
    [wrong, "cannot be loaded"],
    [join(lab.home, "none.tar"), "ENOENT: no such file"],
  ] as const) {
    const { stderr, exitCode } = await lab.run(["images", "load", path]);
    expect(stderr).toContain(what);
    expect(stderr).toContain(path);
    expect(exitCode).toBe(64);
  }
});

it("an engine that is not there is said to be down, whatever was asked of it", async () => {
  for (const action of [["pull"], ["load", file], ["save", `${file}.2`], ["verify"]]) {
    const { stderr, exitCode } = await lab.run(["images", ...action], {
      env: { DOCKER_HOST: "unix:///nonexistent.sock" },
    });
    expect(stderr).toContain("(engine-down)");
    expect(exitCode).toBe(3);
  }
});
