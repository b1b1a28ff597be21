import type { ServiceAddress } from "../subject/deployment.ts";
import { postgresServer } from "./postgres-sessions.ts";
import { redisServer } from "./redis-sessions.ts";

/** One thing that a server keeps, e.g. a key of Redis. */
export interface Entry {
  key: string;
  type: string;
  /** Until it is gone by itself; null when it stays. */
  ttlMs: number | null;
}

export interface Entries {
  total: number;
  /** By key; not all, when there are more than were asked for. */
  entries: Entry[];
}

/** A kind of server that can hold sessions: how one looks into it and empties it. */
export interface SessionServer {
  /** Whether a Compose service is of this kind: its name begins with this. */
  prefix: string;
  /** How much it keeps, what is over and not removed yet included; undefined when it does not answer. */
  kept(at: ServiceAddress): Promise<number | undefined>;
  /** What it keeps; undefined when it does not answer. */
  list(at: ServiceAddress, options: { atMost: number }): Promise<Entries | undefined>;
  /** A name for this life of the process: another one means another process. Undefined when it does not answer. */
  lifeOf(at: ServiceAddress): Promise<string | undefined>;
  /** @returns true as soon as it has acknowledged that it is empty */
  empty(at: ServiceAddress): Promise<boolean>;
}

const kinds: readonly SessionServer[] = [redisServer, postgresServer];

/** Undefined for services that hold no sessions of several app servers: nginx, the app servers, Sentinels. */
export function sessionServerOf(service: string): SessionServer | undefined {
  return kinds.find(({ prefix }) => service.startsWith(prefix));
}
