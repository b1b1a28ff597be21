import { loadStoreFiles } from "../store-files.ts";
import { storeServerKind } from "./store-server-kinds.ts";

/** Port 1 of loopback refuses. */
const refuses = "127.0.0.1:1";

const withServers = [...(await loadStoreFiles())].filter(([, { server }]) => server !== null);

/** Stores that need a server of the core: an app server looks for it from the beginning. */
export const storesWithServers = withServers.filter(([, { profile }]) => profile === undefined);

/** The environment in which no server of any store answers, save that those of a kind answer at the address that is given. */
export function noServers(answering: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    withServers.map(([, { server, kind }]) => [
      `${server?.toUpperCase().replaceAll("-", "_")}_URL`,
      storeServerKind(kind).urlAt(answering[kind ?? ""] ?? refuses),
    ]),
  );
}
