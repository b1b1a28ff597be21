/** The kinds of servers that hold sessions: the folder store-servers/ is the catalogue, a file's name is what stores call `kind`. */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { StoreServerKind } from "./store-server-kind.ts";

const folder = join(import.meta.dirname, "store-servers");

export const storeServerKinds: ReadonlyMap<string, StoreServerKind> = new Map(
  await Promise.all((await readdir(folder)).sort().map(load)),
);

async function load(file: string): Promise<[string, StoreServerKind]> {
  const module = (await import(pathToFileURL(join(folder, file)).href)) as { default: StoreServerKind };
  return [basename(file, ".ts"), module.default];
}

/** The kind of a store's server. @throws Error that says which file to write */
export function storeServerKind(kind: string | undefined): StoreServerKind {
  const found = storeServerKinds.get(kind ?? "");
  if (found !== undefined) return found;
  const known = [...storeServerKinds.keys()].join(", ");
  throw new Error(
    kind === undefined
      ? `a store with a server has to say the server's kind: one of ${known}, or a new one`
      : `nobody has said how a server of the kind "${kind}" is run and looked into (known: ${known}): write services/app/testing/store-servers/${kind}.ts, a StoreServerKind`,
  );
}
