import { randomBytes } from "node:crypto";
import { type FileHandle, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";

/**
 * Writes a file beside its place and then puts it there in one go (rename(2)), so that under its name there is always a whole one: the
 * one before, when this fails or is cut short. Where a link stands, the file that it leads to is replaced; into a pipe it is written.
 *
 * @param mode of the file; without it the one of the file before, or the usual one
 * @throws the error of the disk, or of what makes the text
 */
export async function replaceFile(
  file: string,
  text: string | AsyncIterable<string>,
  { mode }: { mode?: number } = {},
): Promise<void> {
  const before = await stat(file).catch(() => undefined);
  if (before && !before.isFile()) return writeFile(file, text);
  const target = before ? await realpath(file) : file;
  const draft = `${target}.${randomBytes(4).toString("hex")}.part`;
  try {
    const handle = await open(draft, "wx", mode ?? 0o666);
    await fill(handle, text, mode ?? before?.mode);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function fill(handle: FileHandle, text: string | AsyncIterable<string>, mode?: number): Promise<void> {
  try {
    if (mode !== undefined) await handle.chmod(mode & 0o777);
    await writeFile(handle, text);
    // A power cut must not leave the new name with nothing in it.
    await handle.sync();
  } finally {
    await handle.close();
  }
}
