import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { packageRoot as root } from "../../cli/paths.ts";

/** A package whose code is in what was built. */
export interface BundledPackage {
  name: string;
  version: string;
  /** SPDX expression, e.g. `MIT`. */
  licence: string;
  author: string | undefined;
  /** Absolute. */
  folder: string;
}

/** In the order of their paths. */
export function bundledPackages({ inputs }: Metafile): BundledPackage[] {
  const folders = Object.keys(inputs).flatMap((path) => packageFolder.exec(path) ?? []);
  return [...new Set(folders)].sort().map((folder) => readPackage(join(root, folder)));
}

/** The innermost package of a path; what a plugin has written has a namespace, with a colon, before it. */
const packageFolder = /^(?:[^:]*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;

function readPackage(folder: string): BundledPackage {
  const { name, version, license, licenses, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const by = typeof author === "string" ? author : author?.name;
  return { name, version, licence: license ?? licenses[0].type, author: by, folder };
}
