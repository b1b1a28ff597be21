import type { Policy } from "../policies.ts";
import { consistentHash } from "./consistent-hash.ts";
import { hash } from "./hash.ts";
import { ipHashServer } from "./ip-hash.ts";

/** Among these app servers, all of them up: leads a key to its app server, or to none that can be computed. */
export type Place = (appServers: readonly string[]) => (key: string) => string | undefined;

/** The arithmetic behind each `placed-by` of a policy; null where the first choice was free and was written down. */
const placements: Record<NonNullable<Policy["placedBy"]>, Place | null> = {
  "ip-hash": (appServers) => {
    const servers = appServers.map((name) => ({ name }));
    return (address) => ipHashServer(address, servers);
  },
  "consistent-hash": (appServers) => byIndex(appServers, consistentHash(appServers.map(serverLine))),
  hash: (appServers) => byIndex(appServers, hash(appServers.length)),
  "first-choice": null,
};

/** @returns undefined where nothing is computed */
export function placementOf({ placedBy }: Policy): Place | undefined {
  return (placedBy === null ? null : placements[placedBy]) ?? undefined;
}

/** As the `server` lines of nginx/policies name an app server: its port is part of what is hashed. */
function serverLine(appServer: string): string {
  return `${appServer}:3000`;
}

function byIndex(appServers: readonly string[], indexOf: (key: string) => number | undefined) {
  return (key: string) => {
    const index = indexOf(key);
    return index === undefined ? undefined : appServers[index];
  };
}
