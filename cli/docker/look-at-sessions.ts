import { type Store, storesOf } from "../lab/stores.ts";
import type { Lab } from "../lab/topology.ts";
import { openTransport } from "../users/transport.ts";
import type { Engine } from "./engine.ts";
import { sessionsIn } from "./look-at-lab.ts";
import { type Entry, sessionServerOf } from "./session-server.ts";

/** Keys that are shown of each server; the total is always said. */
const shownAtMost = 50;

/** Where sessions live. */
export interface SessionMap {
  /** Name of the lab. */
  lab: string;
  stores: SessionsOfStore[];
  servers: SessionsOnServer[];
}

export interface SessionsOfStore {
  store: string;
  livesIn: Store["livesIn"];
  /** The Compose service that holds them, if it is not an app server. */
  server: string | null;
  /** App server -> how many it sees; null where it gives no answer, or nobody can know. */
  seen: Record<string, number | null>;
}

/** What a Redis or a database keeps, sessions and whatever else. */
export interface SessionsOnServer {
  service: string;
  answers: boolean;
  total: number;
  /** By key, the first 50. */
  entries: Entry[];
}

/** @param store look only at this store, and into the servers that hold it */
export async function lookAtSessions(
  lab: Lab,
  engine: Engine,
  { store: only }: { store?: string } = {},
): Promise<SessionMap> {
  const stores = storesOf(lab).filter(({ id }) => only === undefined || id === only);
  const services = (await engine.states(lab)).map(({ service }) => service).sort();
  const servers = services.filter(
    (service) =>
      sessionServerOf(service) &&
      (only === undefined || stores.some(({ server }) => server !== null && isOneOf(service, server))),
  );
  const [counted, listed] = await Promise.all([
    countSessions(lab, stores),
    Promise.all(servers.map((service) => lookInto(service, lab, engine))),
  ]);
  return { lab: lab.name, stores: counted, servers: listed };
}

/** Asks every app server how many sessions it sees in each of these stores. */
export async function countSessions(lab: Lab, stores: readonly Store[]): Promise<SessionsOfStore[]> {
  const transport = openTransport({ port: lab.port, connections: 8 });
  try {
    return await Promise.all(
      stores.map(async ({ id, livesIn, server }) => ({
        store: id,
        livesIn,
        server,
        seen: await sessionsIn(id, transport),
      })),
    );
  } finally {
    await transport.close();
  }
}

async function lookInto(service: string, lab: Lab, engine: Engine): Promise<SessionsOnServer> {
  const found = await sessionServerOf(service)?.list({ lab, engine, service }, { atMost: shownAtMost });
  return { service, answers: found !== undefined, total: found?.total ?? 0, entries: found?.entries ?? [] };
}

/** A store names one of its servers; those that are numbered with it (`redis-c1`, `redis-c2`) hold its sessions, too. */
function isOneOf(service: string, server: string): boolean {
  const group = /^(.*?)\d+$/.exec(server)?.[1];
  return (
    service === server ||
    (group !== undefined && /^\d+$/.test(service.slice(group.length)) && service.startsWith(group))
  );
}
