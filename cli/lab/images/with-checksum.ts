import { createHash, type Hash } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { LabError } from "../../errors.ts";

/**
 * Writes a file that did not exist, and its checksum beside it as FILE.sha256, which `sha256sum --check` reads. Neither has its name
 * before the file is complete, and where that fails there is nothing.
 *
 * @returns the line in FILE.sha256
 * @throws the error of the disk (`EEXIST`) or of the stream; the signal's reason
 */
export async function writeWithChecksum(
  content: NodeJS.ReadableStream,
  file: string,
  signal: AbortSignal,
): Promise<string> {
  const beside = `${file}.${process.pid}.part`;
  const hash = createHash("sha256");
  try {
    // Before minutes are spent on it.
    for (const name of [file, checksumOf(file)]) if (existsSync(name)) throw existsAlready(name);
    await pipeline(content, hashed(hash), createWriteStream(beside, { flags: "wx" }), { signal });
    const line = `${hash.digest("hex")}  ${basename(file)}`;
    await writeFile(checksumOf(file), `${line}\n`, { flag: "wx" });
    await nameIt(beside, file).catch(async (error) => {
      await rm(checksumOf(file), { force: true });
      throw error;
    });
    return line;
  } finally {
    await rm(beside, { force: true });
  }
}

/**
 * @returns what there is to say of it
 * @throws LabError (`checksum-differs`) when the file is another one than FILE.sha256 beside it says
 */
export async function compareChecksum(content: NodeJS.ReadableStream, file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of content) hash.update(chunk);
  const found = hash.digest("hex");
  const named = await readFile(checksumOf(file), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (named === undefined) return `there is no ${checksumOf(file)} to compare with; its checksum (SHA-256) is ${found}`;
  const wanted = /^\\?([0-9a-f]{64})\s/i.exec(named)?.[1]?.toLowerCase();
  if (wanted === found) return `its checksum (SHA-256) is that of ${checksumOf(file)}: ${found}`;
  throw new LabError(
    `The file ${file} is not the one that ${checksumOf(file)} was written for: its checksum is ${found}.`,
    {
      id: "checksum-differs",
      todo: "Copy both files again from where they were saved.",
      exit: "usage",
    },
  );
}

function checksumOf(file: string): string {
  return `${file}.sha256`;
}

/** A step of a pipeline that changes nothing. */
function hashed(hash: Hash) {
  return async function* (source: AsyncIterable<Buffer | string>) {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  };
}

/** Like a rename that replaces nothing. */
async function nameIt(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    // The file systems of most memory sticks know no second name for a file.
    if (existsSync(to)) throw existsAlready(to);
    await rename(from, to);
  }
}

function existsAlready(file: string): Error {
  return Object.assign(new Error(`EEXIST: ${file} exists already`), { code: "EEXIST" });
}
