import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot as root } from "../../cli/paths.ts";
import type { BundledPackage } from "./bundled-packages.ts";

type Named = Pick<BundledPackage, "name" | "version" | "licence">;

/**
 * The bill of materials: every package whose code is in dist, because whoever installs session-lab installs none of them and no
 * audit of theirs sees them. CycloneDX 1.5, JSON (https://cyclonedx.org/docs/1.5/json/), without a time and a serial number, so
 * that two builds of the same sources are the same.
 */
export function writeSbom(file: string, packages: readonly BundledPackage[]): void {
  const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const components = new Map(packages.map((one) => [purlOf(one), componentOf("library", one)]));
  const bill = {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: { component: componentOf("application", { name, version, licence: license }) },
    components: [...components].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, component]) => component),
  };
  writeFileSync(file, `${JSON.stringify(bill, undefined, 2)}\n`);
}

function componentOf(type: "application" | "library", { name, version, licence }: Named) {
  const purl = purlOf({ name, version });
  const [scope, rest] = name.startsWith("@") ? name.split("/") : [undefined, name];
  const group = scope === undefined ? {} : { group: scope };
  return { type, "bom-ref": purl, ...group, name: rest, version, licenses: [{ expression: licence }], purl };
}

/** Package URL of type npm (https://github.com/package-url/purl-spec): `@` of a scope is encoded. */
function purlOf({ name, version }: Pick<Named, "name" | "version">): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}
