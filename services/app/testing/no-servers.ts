import { loadStoreFiles } from "../store-files.ts";

/** Port 1 of loopback refuses. */
const refuses = "127.0.0.1:1";

const withServers = [...(await loadStoreFiles())].filter(([, { server }]) => server !== null);

/** Stores that need a server of the core: an app server looks for it from the beginning. */
export const storesWithServers = withServers.filter(([, { profile }]) => profile === undefined);

/** The environment in which no server of any store answers, or Redis answers at this address. */
export function noServers({ redis = refuses } = {}): Record<string, string> {
  const servers = withServers.map(([, { server }]) => server ?? "");
  const urlOf = (server: string) => (server.startsWith("redis") ? `redis://${redis}` : `postgres://lab@${refuses}/lab`);
  return Object.fromEntries(
    servers.map((server) => [`${server.toUpperCase().replaceAll("-", "_")}_URL`, urlOf(server)]),
  );
}
