import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeFolder } from "./make-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "make-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("makes a folder and those above it, for their owner alone; one that is there is left as it is", () => {
  makeFolder(join(folder, "a/b/c"));
  expect(["a", "a/b", "a/b/c"].map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o700, 0o700, 0o700]);
  makeFolder(join(folder, "a/b"));
  symlinkSync(join(folder, "a"), join(folder, "link"));
  makeFolder(join(folder, "link"));
  expect(existsSync(join(folder, "a/b/c"))).toBe(true);
});

it("says what is in the way: a file", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => makeFolder(join(folder, "file"))).toThrow("EEXIST");
  expect(() => makeFolder(join(folder, "file/labs"))).toThrow("ENOTDIR");
});

it("says of a folder that takes no others what its disk says of the new one", () => {
  expect(() => makeFolder("/proc/self/x/y")).toThrow(
    expect.objectContaining({ code: "ENOENT", path: "/proc/self/x", syscall: "mkdir" }),
  );
});

it("says of a disk that is read-only that it is, and which folder could not be made", () => {
  // A disk of that process alone, which goes with it.
  const script = 'mount -t tmpfs -o ro none "$0" && exec "$@"';
  const program = `import { makeFolder } from ${JSON.stringify(join(import.meta.dirname, "make-folder.ts"))};
    try { makeFolder(${JSON.stringify(join(folder, "home/labs"))}); } catch ({ code, path }) { console.log(code, path); }`;
  const node = [process.execPath, "--import", "tsx", "--input-type=module", "--eval", program];
  const { stdout, stderr } = spawnSync("unshare", ["--map-root-user", "--mount", "sh", "-c", script, folder, ...node], {
    encoding: "utf8",
    cwd: join(import.meta.dirname, "../.."),
  });
  expect({ stdout, stderr }).toEqual({ stdout: `EROFS ${join(folder, "home")}\n`, stderr: "" });
});
