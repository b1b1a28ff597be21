import type { ServiceFacts } from "../history/services.ts";
import { named } from "../history/services.ts";
import type { LabStatus } from "../report/lab-status.ts";
import { redisHealth } from "../servers/redis/health.ts";
import { askSentinel } from "../servers/redis/sentinel.ts";
import { isRedis, sessionServerOf } from "../servers/session-servers.ts";
import { sessionsIn } from "../servers/sessions-seen.ts";
import type { ContainerState, Deployment } from "../subject/deployment.ts";
import { storesOf } from "../theory/stores.ts";
import type { Lab } from "./identity/lab.ts";
import { openLabAccess } from "./lab-access.ts";
import type { LabEngine } from "./lab-engine.ts";
import { labSubject } from "./lab-subject.ts";
import { ownServices } from "./own-services.ts";

const appServers = named(ownServices, "app-server");

/** @throws LabError (`engine-down`, ...) */
export async function lookAtLab(lab: Lab, engine: LabEngine): Promise<LabStatus> {
  const { transport, door } = openLabAccess(lab, engine, { connections: 8 });
  const subject = labSubject(lab, engine);
  try {
    const stores = storesOf(lab);
    const services = await subject.deployment.states();
    const [sessions, servers] = await Promise.all([
      Promise.all(stores.map(async ({ id }) => [id, await sessionsIn(id, door, appServers)] as const)),
      lookAtServers(subject, services),
    ]);
    // Of an engine that goes away meanwhile one hears no server; that says nothing of the servers.
    const isSilent = [...servers.redis, ...servers.databases].some(({ answers }) => !answers);
    if (isSilent || servers.sentinels.some(({ master }) => master === null)) await engine.version();
    services.sort((a, b) => a.service.localeCompare(b.service));
    const inBrowsers = stores.filter(({ livesIn }) => livesIn === "browser").map(({ id }) => id);
    return { lab, services, sessions: Object.fromEntries(sessions), inBrowsers, ...servers };
  } finally {
    await transport.close();
  }
}

/** Asks each server of a store, and who watches over them, in the way of its kind. */
export async function lookAtServers(
  { services, deployment }: { services: readonly ServiceFacts[]; deployment: Deployment },
  states: readonly ContainerState[],
): Promise<Pick<LabStatus, "redis" | "databases" | "sentinels">> {
  const at = ({ name }: ServiceFacts) => ({ service: name, deployment });
  const commandOf = (name: string) => states.find(({ service }) => service === name)?.command;
  const watchers = services.filter(({ role, kind }) => role === "watcher" && kind === "redis-sentinel");
  const [redis, databases, sentinels] = await Promise.all([
    Promise.all(services.filter(isRedis).map((facts) => redisHealth(at(facts), commandOf(facts.name)))),
    Promise.all(services.flatMap((facts) => sessionServerOf(facts)?.health?.(at(facts)) ?? [])),
    Promise.all(watchers.map((facts) => askSentinel(at(facts)))),
  ]);
  return { redis, databases, sentinels };
}
