import { lstatSync } from "node:fs";

/**
 * What stands under this name instead of a file: opening a pipe would wait for its writer, a device may never end, and a link in a
 * run from elsewhere may lead anywhere.
 *
 * @returns undefined for a file
 * @throws Error (`ENOENT`, ...)
 */
export function otherThanFile(path: string): string | undefined {
  const found = lstatSync(path);
  if (found.isFile()) return undefined;
  if (found.isSymbolicLink()) return "a link";
  if (found.isDirectory()) return "a folder";
  return found.isFIFO() ? "a pipe" : "a device or a socket";
}
