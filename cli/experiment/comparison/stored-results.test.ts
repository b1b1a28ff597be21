import { spawnSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { resultOf, threeUsers } from "../../verdict/golden/judging.ts";
import { readResults, writeResults } from "./stored-results.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stored-results-"));
  file = join(folder, "comparison.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

const result = await resultOf(threeUsers());

it("what was written is read again, and only its owner may", async () => {
  await writeResults(file, [result]);
  await writeResults(file, [result, result]);
  expect(readResults(file)).toEqual([result, result]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["comparison.json"]);
});

it("what `lab compare --json` printed is read, too", () => {
  writeFileSync(file, JSON.stringify({ comparison: {}, results: [result] }));
  expect(readResults(file)).toEqual([result]);
});

it("a file that cannot be replaced stays as it was, and nothing is left beside it", async () => {
  mkdirSync(join(file, "full"), { recursive: true });
  await expect(writeResults(file, [result])).rejects.toThrow(/EISDIR|ENOTEMPTY|directory/);
  expect(readdirSync(folder)).toEqual(["comparison.json"]);
});

it("a file behind a link is replaced, and the link stays", async () => {
  symlinkSync(file, join(folder, "link.json"));
  await writeResults(file, []);
  await writeResults(join(folder, "link.json"), [result]);
  expect(readResults(file)).toEqual([result]);
  expect(lstatSync(join(folder, "link.json")).isSymbolicLink()).toBe(true);
});

/** A process that writes a larger file over a small one. */
const writer = (
  path: string,
) => `import { writeResults } from ${JSON.stringify(join(import.meta.dirname, "stored-results.ts"))};
  const result = ${JSON.stringify(result)};
  await writeResults(${JSON.stringify(path)}, [result]);
  console.log("first");
  await writeResults(${JSON.stringify(path)}, Array(2_000).fill(result)).catch(({ code }) => console.log(code));`;

it("a disk that becomes full leaves the results that were there, and nothing beside them", () => {
  // A disk of that process alone, which goes with it.
  const script = 'mount -t tmpfs -o size=64k none "$0" && "$@" && ls "$0" && tail -c 2 "$0/comparison.json"';
  const node = [process.execPath, "--import", "tsx", "--input-type=module", "--eval", writer(file)];
  const { stdout, stderr } = spawnSync("unshare", ["--map-root-user", "--mount", "sh", "-c", script, folder, ...node], {
    encoding: "utf8",
    cwd: join(import.meta.dirname, "../../.."),
  });
  expect({ stdout, stderr }).toEqual({ stdout: "first\nENOSPC\ncomparison.json\n]\n", stderr: "" });
});

it("whenever the writing is cut short, the file has all results: those before, or those after", async () => {
  await writeResults(file, []);
  const larger = Array.from({ length: 2_000 }, () => result);
  const writing = writeResults(file, larger);
  const seen = new Set<number>();
  let isOver = false;
  void writing.finally(() => {
    isOver = true;
  });
  // Whoever died at one of these moments would leave what is seen here.
  while (!isOver) {
    seen.add(readResults(file).length);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writing;
  seen.add(readResults(file).length);
  expect([...seen]).toEqual([0, 2_000]);
});

it.each(["{", "[1]", '{"results":[{}]}', "{}", "null"])("%s is no comparison", (text) => {
  writeFileSync(file, text);
  expect(() => readResults(file)).toThrow(expect.objectContaining({ id: "resume-unreadable" }));
  expect(readFileSync(file, "utf8")).toBe(text);
});

it("a file that is not there has no results yet", () => {
  expect(readResults(file)).toEqual([]);
});
