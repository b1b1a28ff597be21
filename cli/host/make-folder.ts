import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder for its owner alone, and those above it that are not there. `mkdirSync` with `recursive` says of a disk that is
 * read-only that there is no such folder (ENOENT, Node 20 to 24); here the error says what is (EROFS), and where.
 *
 * @throws the error of the disk, with `code` and `path`
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    const above = dirname(path);
    // Some folders take no others, and say of the new one that it is not there: /proc.
    if (code !== "ENOENT" || existsSync(above)) throw error;
    makeFolder(above);
    makeFolder(path);
  }
}
