import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** `sleep` under another name: a program that does nothing, and that the kernel knows by that name. */
export function programCalled(name: string): { path: string } & Disposable {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const sleep = folders.map((folder) => join(folder, "sleep")).find(existsSync);
  if (sleep === undefined) throw new Error("There is no `sleep` on this machine.");
  const folder = mkdtempSync(join(tmpdir(), "program-"));
  const path = join(folder, name);
  copyFileSync(sleep, path);
  // What runs goes on.
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
