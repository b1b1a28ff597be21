import { factsOf, type ServiceFacts } from "../history/services.ts";
import type { ServiceAddress } from "../subject/deployment.ts";
import { postgresServer } from "./postgres/sessions.ts";
import { redisServer } from "./redis/sessions.ts";
import type { SessionServer } from "./session-server.ts";

/** By the `kind` of a service whose role is `store`. */
const kinds: Readonly<Record<string, SessionServer>> = { postgres: postgresServer, redis: redisServer };

/** Undefined for services that hold no sessions of several app servers, and for those of a kind that nobody knows how to ask. */
export function sessionServerOf(facts: ServiceFacts | undefined): SessionServer | undefined {
  return facts?.role === "store" && facts.kind !== undefined ? kinds[facts.kind] : undefined;
}

/** A Redis server that holds sessions; no Sentinel. */
export function isRedis(facts: ServiceFacts | undefined): boolean {
  return sessionServerOf(facts) === redisServer;
}

/** Undoes what was changed of a service's settings, where that is possible. */
export async function restoreSettings(at: ServiceAddress, services: readonly ServiceFacts[]): Promise<void> {
  await sessionServerOf(factsOf(services, at.service))?.restore?.(at);
}
