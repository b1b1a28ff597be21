import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../paths.ts";

/** A copy of the built package in which one thing can be changed: the lab runs from it as from the original. */
export interface PackageCopy extends Disposable {
  root: string;
  /** Replaces text in one file. @throws when the text is not there: a sabotage that changes nothing would prove nothing */
  change(file: string, from: string | RegExp, to: string): void;
  write(file: string, text: string): void;
}

/** What runs; and what it is built from. */
const built = ["package.json", "compose", "nginx", "dist", "scripts"];
const sources = [
  "cli",
  "services",
  "docs",
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "tsconfig.json",
  "vitest.config.ts",
];

/** @param withSources so that the copy can be built anew */
export function copyPackage({ withSources = false } = {}): PackageCopy {
  const root = mkdtempSync(join(tmpdir(), "session-lab-copy-"));
  for (const part of withSources ? [...built, ...sources] : built)
    cpSync(join(packageRoot, part), join(root, part), { recursive: true });
  symlinkSync(join(packageRoot, "node_modules"), join(root, "node_modules"));
  return {
    root,
    change(file, from, to) {
      const path = join(root, file);
      const before = readFileSync(path, "utf8");
      const after = before.replaceAll(typeof from === "string" ? from : new RegExp(from, "g"), to);
      if (after === before) throw new Error(`${file} does not contain ${from}`);
      writeFileSync(path, after);
    },
    write(file, text) {
      writeFileSync(join(root, file), text);
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
