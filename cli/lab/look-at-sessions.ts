import { named, type ServiceFacts } from "../history/services.ts";
import type { SessionMap, SessionsOfStore, SessionsOnServer } from "../report/session-map.ts";
import { sessionServerOf } from "../servers/session-servers.ts";
import { sessionsIn } from "../servers/sessions-seen.ts";
import type { Deployment } from "../subject/deployment.ts";
import { type Store, serversOf, storesOf } from "../theory/stores.ts";
import type { Lab } from "./identity/lab.ts";
import { openLabAccess } from "./lab-access.ts";
import type { LabEngine } from "./lab-engine.ts";
import { labSubject } from "./lab-subject.ts";

/** Keys that are shown of each server; the total is always said. */
const shownAtMost = 50;

/**
 * @param store look only at this store, and into the servers that hold it
 * @throws LabError (`engine-down`, ...)
 */
export async function lookAtSessions(
  lab: Lab,
  engine: LabEngine,
  { store: only }: { store?: string } = {},
): Promise<SessionMap> {
  const stores = storesOf(lab).filter(({ id }) => only === undefined || id === only);
  const { services, deployment } = labSubject(lab, engine);
  const holders = new Set(stores.flatMap(serversOf));
  const copies = new Set(stores.flatMap(({ group }) => (group?.holds === "copies" ? group.services : [])));
  const [counted, listed] = await Promise.all([
    countSessions(lab, engine, stores),
    lookIntoServers(
      services.filter(({ name }) => holders.has(name)),
      { deployment, copies },
    ),
  ]);
  // Of an engine that goes away meanwhile one hears no server; that says nothing of the servers.
  if (listed.some(({ answers }) => !answers)) await engine.version();
  return { lab: lab.name, stores: counted, servers: listed };
}

/** What those of these services keep that hold sessions of several app servers, by name. @param copies who copy each other */
export async function lookIntoServers(
  services: readonly ServiceFacts[],
  { deployment, copies }: { deployment: Deployment; copies: ReadonlySet<string> },
): Promise<SessionsOnServer[]> {
  const looked = services.map(async (facts): Promise<SessionsOnServer[]> => {
    const { name: service } = facts;
    const at = { deployment, service };
    const server = sessionServerOf(facts);
    if (!server) return [];
    const found = await server.list(at, { atMost: shownAtMost });
    const role = copies.has(service) ? (await server.infoOf?.(at))?.role : undefined;
    return [
      {
        service,
        ...{ answers: found !== undefined, total: found?.total ?? 0, entries: found?.entries ?? [] },
        ...(role === undefined ? {} : { role: role === "master" ? "master" : "replica" }),
      },
    ];
  });
  return (await Promise.all(looked)).flat().sort((one, other) => one.service.localeCompare(other.service));
}

/** Asks every app server how many sessions it sees in each of these stores. */
export async function countSessions(lab: Lab, engine: LabEngine, stores: readonly Store[]): Promise<SessionsOfStore[]> {
  const { transport, door } = openLabAccess(lab, engine, { connections: 8 });
  const appServers = named(labSubject(lab, engine).services, "app-server");
  try {
    return await Promise.all(
      stores.map(async (store) => ({
        store: store.id,
        livesIn: store.livesIn,
        server: serversOf(store).join(", ") || null,
        seen: await sessionsIn(store.id, door, appServers),
      })),
    );
  } finally {
    await transport.close();
  }
}
