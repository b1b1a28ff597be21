import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BundledPackage } from "./bundled-packages.ts";

/** Name, version and licence of every package, with its text, which is what licences ask of whoever passes the code on. */
export function writeLicences(file: string, packages: readonly BundledPackage[]): void {
  if (packages.length === 0) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, packages.map(licenceOf).join(`\n${"-".repeat(80)}\n\n`));
}

function licenceOf({ name, version, licence, author = "its authors", folder }: BundledPackage): string {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8").trim());
  return `${name} ${version}, ${licence}\n\n${texts.join("\n\n") || `Copyright ${author}`}\n`;
}
