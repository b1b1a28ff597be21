/** What is packed, by `npm run package` or `npm publish`, in a copy of the sources whose dist is of an earlier day. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../cli/paths.ts";
import { copyPackage, type PackageCopy } from "../cli/testing/package-copy.ts";

interface Component {
  name: string;
  group?: string;
  version: string;
  purl: string;
  licenses: { expression: string }[];
}

const stale = ["cli/stale.js", "app/stale.cjs", "licences/stale.txt", "stale.txt"];
const folder = mkdtempSync(join(tmpdir(), "session-lab-packed-"));
const unpacked = join(folder, "package");
let copy: PackageCopy;
let files: string[];

beforeAll(async () => {
  copy = copyPackage({ withSources: true });
  for (const file of ["LICENSE", "SECURITY.md", ".npmrc"]) cpSync(join(packageRoot, file), join(copy.root, file));
  for (const file of stale) copy.write(join("dist", file), "of an earlier day");
  copy.change("dist/cli/main.js", "buildProgram", "buildAnotherProgram");
  await execa("npm", ["run", "package", "--silent", "--", "--pack-destination", folder], { cwd: copy.root });
  const [tarball] = readdirSync(folder);
  await execa("tar", ["-xzf", tarball!], { cwd: folder });
  files = filesIn(unpacked);
}, 300_000);

afterAll(() => {
  copy?.[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

function filesIn(root: string): string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)).sort();
}

const textOf = (file: string) => readFileSync(join(unpacked, file), "utf8");

describe("the package", () => {
  it("is built anew, and the same wherever that is done", () => {
    const built = filesIn(join(packageRoot, "dist"));
    expect(files.filter((file) => file.startsWith("dist/"))).toEqual(built.map((file) => `dist/${file}`));
    const differs = built.filter(
      (file) => !readFileSync(join(packageRoot, "dist", file)).equals(readFileSync(join(unpacked, "dist", file))),
    );
    expect(differs).toEqual([]);
  });

  it("says nothing of the machine that built it", () => {
    const places = [copy.root, realpathSync(copy.root), packageRoot];
    const built = files.filter((file) => file.startsWith("dist/"));
    expect(built.filter((file) => places.some((place) => textOf(file).includes(place)))).toEqual([]);
  });

  it("has beside what was built only what the lab reads and what runs without the sources", () => {
    const rest = files.filter((file) => !/^(dist|nginx|docs\/example\/demo)\//.test(file));
    expect(rest).toEqual([
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "compose/compose.yaml",
      ...readdirSync(join(packageRoot, "compose"))
        .filter((file) => /\.(sh|sql)$/.test(file))
        .map((file) => `compose/${file}`),
      "package.json",
      "scripts/build-images.sh",
      "scripts/lib.sh",
      "scripts/postgres-entrypoint.sh",
      "scripts/setup.sh",
    ]);
    expect(files.filter((file) => file.endsWith(".ts"))).toEqual([]);
  });

  it("is built before `npm publish` packs it, though no script runs when packages are installed here", () => {
    const { scripts, publishConfig } = JSON.parse(textOf("package.json"));
    expect([scripts.prepack, publishConfig["ignore-scripts"]]).toEqual(["npm run --silent build", false]);
  });
});

describe("its bill of materials", () => {
  it("names every package that is in the code, and no other, with version, licence and package URL", () => {
    const bill = JSON.parse(textOf("dist/sbom.json")) as {
      components: Component[];
      metadata: { component: Component };
    };
    const named = bill.components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`));
    expect([...new Set(named)].sort()).toEqual(packagesInCode());
    expect(
      bill.components.filter(({ licenses: [one] }) => !/^[\w.+-]+( (AND|OR) [\w.+-]+)*$/.test(one!.expression)),
    ).toEqual([]);
    for (const { group, name, version, purl } of [bill.metadata.component, ...bill.components])
      expect(purl).toBe(`pkg:npm/${group === undefined ? "" : `${group.replace("@", "%40")}/`}${name}@${version}`);
    expect(JSON.stringify(bill)).not.toMatch(/timestamp|serialNumber/);
  });

  it("and the licences know the same packages", () => {
    const bill = JSON.parse(textOf("dist/sbom.json")) as { components: Component[] };
    const titles = files
      .filter((file) => file.startsWith("dist/licences/"))
      .flatMap((file) => textOf(file).split(`\n${"-".repeat(80)}\n\n`))
      .map((text) => /^\S+ \S+(?=,)/.exec(text)![0]);
    const named = bill.components.map(({ group, name, version }) => `${group ? `${group}/` : ""}${name} ${version}`);
    expect(named.sort()).toEqual([...new Set(titles)].sort());
  });
});

/** As esbuild writes it into what it builds: a line before each file's code that says where it is from. */
function packagesInCode(): string[] {
  const origin = /^\s*(?:\/\/|\/\*) (?:\S*\/)?node_modules\/((?:@[^/\s]+\/)?[^/\s]+)/gm;
  const code = files.filter((file) => /^dist\/.*\.c?js$/.test(file));
  return [...new Set(code.flatMap((file) => [...textOf(file).matchAll(origin)].map(([, name]) => name!)))].sort();
}
