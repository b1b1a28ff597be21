import type { Engine } from "../docker/engine.ts";
import { redisInfo } from "../servers/service.ts";
import { type Entry, sessionServerOf } from "../servers/session-server.ts";
import { type Store, serversOf, storesOf } from "../theory/stores.ts";
import { openLabAccess } from "./lab-access.ts";
import { labDeployment } from "./lab-deployment.ts";
import { sessionsIn } from "./look-at-lab.ts";
import type { Lab } from "./topology.ts";

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
  /** The Compose service that holds them, if it is not an app server; or several, with commas. */
  server: string | null;
  /** App server -> how many it sees; null where it gives no answer, or nobody can know. */
  seen: Record<string, number | null>;
}

/** What a Redis or a database keeps, sessions and whatever else. */
export interface SessionsOnServer {
  service: string;
  /** Where servers copy each other: is this the one that takes the writes? */
  role?: "master" | "replica";
  answers: boolean;
  total: number;
  /** By key, the first 50. */
  entries: Entry[];
}

/**
 * @param store look only at this store, and into the servers that hold it
 * @throws LabError (`engine-down`, ...)
 */
export async function lookAtSessions(
  lab: Lab,
  engine: Engine,
  { store: only }: { store?: string } = {},
): Promise<SessionMap> {
  const stores = storesOf(lab).filter(({ id }) => only === undefined || id === only);
  const services = (await engine.states(lab)).map(({ service }) => service).sort();
  const servers = services.filter(
    (service) =>
      sessionServerOf(service) && (only === undefined || stores.some((store) => serversOf(store).includes(service))),
  );
  const [counted, listed] = await Promise.all([
    countSessions(lab, engine, stores),
    Promise.all(
      servers.map(async (service) => ({ ...(await lookInto(service, lab, engine)), ...(await roleOf(service)) })),
    ),
  ]);
  // Of an engine that goes away meanwhile one hears no server; that says nothing of the servers.
  if (listed.some(({ answers }) => !answers)) await engine.version();
  return { lab: lab.name, stores: counted, servers: listed };

  async function roleOf(service: string): Promise<Pick<SessionsOnServer, "role">> {
    const isCopy = stores.some(({ group }) => group?.holds === "copies" && group.services.includes(service));
    const role = isCopy ? (await redisInfo({ deployment: labDeployment(lab, engine), service }))?.role : undefined;
    return role === undefined ? {} : { role: role === "master" ? "master" : "replica" };
  }
}

/** Asks every app server how many sessions it sees in each of these stores. */
export async function countSessions(lab: Lab, engine: Engine, stores: readonly Store[]): Promise<SessionsOfStore[]> {
  const { transport, door } = openLabAccess(lab, engine, { connections: 8 });
  try {
    return await Promise.all(
      stores.map(async (store) => ({
        store: store.id,
        livesIn: store.livesIn,
        server: serversOf(store).join(", ") || null,
        seen: await sessionsIn(store.id, door),
      })),
    );
  } finally {
    await transport.close();
  }
}

async function lookInto(service: string, lab: Lab, engine: Engine): Promise<SessionsOnServer> {
  const found = await sessionServerOf(service)?.list(
    { deployment: labDeployment(lab, engine), service },
    { atMost: shownAtMost },
  );
  return { service, answers: found !== undefined, total: found?.total ?? 0, entries: found?.entries ?? [] };
}
