import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { packageRoot as root } from "../../cli/lab/paths.ts";

/**
 * dist/licences/PART.txt: name, version and licence of every package whose code is in what was built, which is what their licences
 * ask of whoever passes that code on.
 */
export function writeLicences(part: string, { inputs }: Metafile): void {
  const folders = new Set(
    Object.keys(inputs).flatMap((path) => /^(?:[^:]*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
  );
  const texts = [...folders].sort().map((folder) => licenceOf(join(root, folder)));
  if (texts.length === 0) return;
  mkdirSync(join(root, "dist/licences"), { recursive: true });
  writeFileSync(join(root, "dist/licences", `${part}.txt`), texts.join(`\n${"-".repeat(80)}\n\n`));
}

function licenceOf(folder: string): string {
  const { name, version, license, licenses, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const by = typeof author === "string" ? author : author?.name;
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
  return `${name} ${version}, ${license ?? licenses[0].type}\n\n${texts.join("\n\n") || `Copyright ${by ?? "its authors"}`}\n`;
}
