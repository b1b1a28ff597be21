import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, expect, it } from "vitest";
import { docker } from "../../testing/engine-inventory.ts";
import { imageArchive } from "../../testing/image-archive.ts";
import { labCommand } from "../../testing/run-lab.ts";
import { imageRoles, presentImages } from "./images.ts";

const lab = labCommand({ name: "test-images" });
const file = join(lab.home, "images.tar");

afterAll(() => lab[Symbol.dispose]());

/** The lab's, with their ids; other tests have others. */
async function imagesOfLab(): Promise<string[]> {
  const names = Object.values(imageRoles).flatMap(({ official, built }) => [official, built]);
  const all = await docker("image", "ls", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}");
  return all.filter((line) => names.includes(line.split(" ")[0]!)).sort();
}

it("what was saved can be loaded, again and again, and changes nothing on a machine that has it", async () => {
  const before = await imagesOfLab();
  expect(before.length).toBeGreaterThanOrEqual(3);
  const saved = await lab.run(["images", "save", file]);
  expect(saved).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^[0-9a-f]{64} {2}images\.tar$/) });
  expect(statSync(file).size).toBeGreaterThan(10_000_000);
  expect(readFileSync(`${file}.sha256`, "utf8")).toBe(`${saved.stdout}\n`);

  const loaded = await lab.run(["images", "load", file]);
  expect(loaded).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("loaded; the lab will use ") });
  expect(loaded.stderr).toContain(`its checksum (SHA-256) is that of ${file}.sha256: ${saved.stdout.split(" ")[0]}`);
  expect(loaded.stderr).not.toContain("until now");
  expect(loaded.stdout).toMatch(/^(\S+:\S+ sha256:[0-9a-f]{64}\n?){3,4}$/);
  expect(await imagesOfLab()).toEqual(before);

  const verified = await lab.run(["images", "verify"]);
  expect(verified.exitCode).toBe(0);
  expect(verified.stdout.match(/^ok {2}\S+: (nginx|node|redis) \d+\.\d+/gm)?.length).toBe(3);

  const again = await lab.run(["images", "save", file]);
  expect(again.stderr).toContain("EEXIST");
  expect(again.exitCode).toBe(3);
});

it("a file with an image that is none of the lab's is refused, and nothing of it is loaded", async () => {
  const foreign = join(lab.home, "foreign.tar");
  const names = ["session-lab-test-named:1", "session-lab-test-foreign:1"];
  writeFileSync(foreign, await imageArchive(names));
  try {
    const { stderr, exitCode } = await lab.run(["images", "load", foreign], { env: { LAB_NODE_IMAGE: names[0]! } });
    expect(stderr).toContain("(images-foreign)");
    expect(stderr).toContain(`none of the lab's: "${names[1]}".`);
    expect(exitCode).toBe(64);
    expect([...(await presentImages())].filter((image) => names.includes(image))).toEqual([]);
  } finally {
    await docker("image", "rm", ...names).catch(() => {});
  }
});

it("an image that the lab was told to use is loaded, its id told; and what had that name before", async () => {
  const name = "session-lab-test-named:1";
  const named = join(lab.home, "named.tar");
  const env = { LAB_NODE_IMAGE: name };
  try {
    const ids: string[] = [];
    for (const size of [1, 2]) {
      writeFileSync(named, await imageArchive([name], "x".repeat(size)));
      const { stdout, stderr, exitCode } = await lab.run(["images", "load", named], { env });
      expect(stderr).toContain(`there is no ${named}.sha256 to compare with`);
      expect(exitCode).toBe(0);
      ids.push(stdout.replace(`${name} `, ""));
      if (size === 2) expect(stderr).toContain(`to go back: docker tag ${ids[0]} ${name}`);
    }
    expect(ids[0]).not.toBe(ids[1]);
    await docker("image", "rm", ...ids);
  } finally {
    await docker("image", "rm", "--force", name).catch(() => {});
  }
});

it("how old an image is, and how to get a newer one, is told by doctor", async () => {
  const name = "session-lab-test-old:1";
  const old = join(lab.home, "old.tar");
  writeFileSync(old, await imageArchive([name], "old"));
  await docker("load", "--input", old);
  try {
    const { stdout } = await lab.run(["doctor"], { env: { LAB_REDIS_IMAGE: name } });
    expect(stdout).toMatch(/^ok {3}images: .*session-lab-test-old:1 \(\d+ (months|years)\)/m);
    expect(stdout).toContain("-> Newer ones may mend what was found since: `lab images pull`.");
  } finally {
    await docker("image", "rm", name);
  }
});

it("a result says which images were used, by what no other image has", async () => {
  const { result } = await lab.json("scenario server-crash --policy cookie --store memory --users 1".split(" "));
  const names = Object.keys(result.run.versions.images!);
  const found = await docker("image", "inspect", "--format", "{{.Id}} {{json .RepoDigests}}", ...names);
  expect(names.length).toBeGreaterThanOrEqual(3);
  for (const [index, name] of names.entries()) expect(found[index]).toContain(result.run.versions.images![name]);
});

it("a file that is not the one of its checksum is refused", async () => {
  writeFileSync(`${file}.sha256`, `${"0".repeat(64)}  images.tar\n`);
  const { stderr, exitCode } = await lab.run(["images", "load", file]);
  expect(stderr).toContain("(checksum-differs)");
  expect(exitCode).toBe(64);
});

it("what the lab has built tells nothing of the machine that made it, and lets nobody become another user", async () => {
  const built = Object.values(imageRoles).map((role) => role.built);
  const here = [...(await presentImages())].filter((image) => built.includes(image));
  for (const image of here) expect(await tracesIn(image), image).toEqual([]);
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

/**
 * What an image must not have. The files of the image itself are looked at, not those of a container, over whose /etc/hostname and the
 * like the engine lays its own.
 */
async function tracesIn(image: string): Promise<string[]> {
  const archive = join(lab.home, "one.tar");
  await docker("save", image, "--output", archive);
  const [{ Layers }] = JSON.parse((await execa("tar", ["-xOf", archive, "manifest.json"])).stdout);
  const list = (await execa("bash", ["-c", 'tar -xOf "$0" "$1" | tar -tv', archive, ...Layers])).stdout.split("\n");
  return list.filter((line) => {
    const [mode = "", , size, , , name = ""] = line.split(/\s+/);
    const mayBeEmptyOnly = /^\.\/etc\/(hostname|hosts|resolv\.conf|machine-id)$/.test(name) && size !== "0";
    const mayNotBe =
      /^\.\/(etc\/apt|etc\/ssl\/private|var\/lib\/apt|var\/cache|var\/log)\/|^\.\/var\/lib\/dpkg\/.*-old$/.test(name);
    return mayBeEmptyOnly || (mayNotBe && mode.startsWith("-")) || /s/i.test(mode);
  });
}
