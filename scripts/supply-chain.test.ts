import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, Record<string, string>>;
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  packages: Record<string, { version: string; integrity?: string; optional?: true }>;
};

it("every dependency is pinned to one version, and the lockfile has that one", () => {
  const wanted = { ...manifest.dependencies, ...manifest.devDependencies };
  const locked = Object.keys(wanted).map((name) => [name, lock.packages[`node_modules/${name}`]?.version]);
  expect(Object.values(wanted).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  expect(Object.fromEntries(locked)).toEqual(wanted);
});

it("the lockfile knows the checksum of everything that is fetched, whatever the machine", () => {
  // Programs for one kind of machine are marked as optional.
  const fetched = Object.entries(lock.packages).filter(([path, { optional }]) => path !== "" && !optional);
  expect(fetched.length).toBeGreaterThan(100);
  expect(fetched.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
});

it("no package's install script is run, and ours has none", () => {
  expect(readFileSync(join(root, ".npmrc"), "utf8")).toContain("ignore-scripts=true");
  expect(Object.keys(manifest.scripts!).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
});
