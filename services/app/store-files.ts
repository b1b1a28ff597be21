/**
 * The folder stores/ is the catalogue: a file is a store, its name is the store's id.
 * In the bundle a plugin of scripts/build.ts replaces this module by static imports of the same files.
 */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { StoreDefinition } from "./store.ts";

/** Every store by its id, in the order of the ids. */
export async function loadStoreFiles(): Promise<ReadonlyMap<string, StoreDefinition>> {
  const folder = join(import.meta.dirname, "stores");
  const files = await readdir(folder);
  const ids = files.filter((file) => file.endsWith(".ts")).map((file) => basename(file, ".ts"));
  const load = async (id: string): Promise<[string, StoreDefinition]> => {
    const module = (await import(pathToFileURL(join(folder, `${id}.ts`)).href)) as { default: StoreDefinition };
    return [id, module.default];
  };
  return new Map(await Promise.all(ids.sort().map(load)));
}
