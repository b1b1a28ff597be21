import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { unknownValue } from "./errors.ts";

const known = new Map<string, readonly string[]>();

/**
 * The ids of a folder that is a catalogue: the name of a file there is the id of what it exports. Read once, so that the next build
 * changes nothing for a process that is at work.
 */
export function idsIn(folder: string): string[] {
  const ids = known.get(folder) ?? readIds(folder);
  known.set(folder, ids);
  return [...ids];
}

function readIds(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => /\.[jt]s$/.test(file) && !/\.test\.|\.d\.ts$/.test(file))
    .map(idOf)
    .sort();
}

/** The id that a file has in its folder. */
export function idOf(file: string): string {
  return basename(file).replace(/\.[jt]s$/, "");
}

/**
 * What the file of an id exports.
 *
 * @param what the thing is, for the error, e.g. `scenario`
 * @throws LabError (`unknown-<what>`) listing the ids that there are
 */
export async function loadFrom<Thing>(
  folder: string,
  id: string,
  { what, ids = idsIn(folder) }: { what: string; ids?: readonly string[] },
): Promise<Thing> {
  if (!ids.includes(id)) throw unknownValue(what, id, ids);
  const ending = import.meta.filename.endsWith(".ts") ? "ts" : "js";
  const module = (await import(pathToFileURL(join(folder, `${id}.${ending}`)).href)) as { default: Thing };
  return module.default;
}
