import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, Record<string, string>>;
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  lockfileVersion: number;
  packages: Record<string, Locked>;
};

interface Locked {
  version?: string;
  integrity?: string;
  resolved?: string;
  link?: true;
  hasInstallScript?: true;
}

/** Everything that the lockfile has but this package itself, by its path below node_modules. */
const fetched = Object.entries(lock.packages).filter(([path]) => path !== "");

it("every dependency is pinned to one version, and the lockfile has that one", () => {
  const wanted = { ...manifest.dependencies, ...manifest.devDependencies };
  const locked = Object.keys(wanted).map((name) => [name, lock.packages[`node_modules/${name}`]?.version]);
  expect(Object.values(wanted).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  expect(Object.fromEntries(locked)).toEqual(wanted);
});

it("the lockfile is in step with the manifest: `npm ci` refuses one that is not", () => {
  const { name, version, bin, engines, devDependencies } = manifest;
  expect(lock.packages[""]).toMatchObject({ name, version, bin, engines, devDependencies });
  expect([lock.lockfileVersion, Object.keys(lock.packages[""]!)]).toEqual([
    3,
    expect.not.arrayContaining(["dependencies"]),
  ]);
});

it("whoever installs the package installs nothing else", () => {
  const kinds = [
    "dependencies",
    "optionalDependencies",
    "peerDependencies",
    "bundleDependencies",
    "bundledDependencies",
  ];
  expect(kinds.filter((kind) => kind in manifest)).toEqual([]);
});

it("the lockfile knows one version and the checksum of everything that is fetched, whatever the machine", () => {
  expect(fetched.length).toBeGreaterThan(400);
  const unsure = fetched.filter(
    ([, { version, integrity }]) =>
      !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version ?? "") || !/^sha512-/.test(integrity ?? ""),
  );
  expect(unsure.map(([path]) => path)).toEqual([]);
});

it("all of it comes from the registry that npm is told to use: no address, no repository, no folder", () => {
  expect(fetched.filter(([, { resolved, link }]) => resolved !== undefined || link)).toEqual([]);
});

it("no package's install script is run, and ours has none", () => {
  expect(readFileSync(join(root, ".npmrc"), "utf8")).toContain("ignore-scripts=true");
  expect(
    Object.keys(manifest.scripts!).filter((name) => /^(pre|post)?install$|^(pre|post)?prepare$/.test(name)),
  ).toEqual([]);
  // These have one, and all tests pass without it. esbuild's only looks whether its program is there; of the others (below
  // dockerode), ssh2 and cpu-features would compile what makes SSH faster, and protobufjs would warn of a version.
  const withScript = fetched.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
  expect(withScript.sort()).toEqual(
    ["cpu-features", "esbuild", "protobufjs", "ssh2"].map((name) => `node_modules/${name}`),
  );
});

it("setup installs what the lockfile says, and nothing newer", () => {
  const setup = readFileSync(join(root, "scripts/setup.sh"), "utf8");
  const installs = [...setup.matchAll(/\bnpm (ci|i|install|add|update|exec)\b/g)].map(([command]) => command);
  expect([...new Set(installs)]).toEqual(["npm ci"]);
});
