import type { DatabaseHealth } from "../report/lab-status.ts";
import type { Entry } from "../report/session-map.ts";
import type { ServiceAddress } from "../subject/deployment.ts";

export interface Entries {
  total: number;
  /** By key; not all, when there are more than were asked for. */
  entries: Entry[];
}

export interface Kept {
  /** Keys or rows, those included whose time is over and that nobody has removed yet. */
  entries: number;
  /** Those that it removed because it was full, since it was started. */
  evicted: number;
}

/** A kind of server that can hold sessions: how one looks into it and empties it. */
export interface SessionServer {
  /** How much it keeps; undefined when it does not answer. */
  kept(at: ServiceAddress): Promise<Kept | undefined>;
  /** What it keeps; undefined when it does not answer. */
  list(at: ServiceAddress, options: { atMost: number }): Promise<Entries | undefined>;
  /** A name for this life of the process: another one means another process. Undefined when it does not answer. */
  lifeOf(at: ServiceAddress): Promise<string | undefined>;
  /** All that it says of itself, by name, where it says so much; undefined when it does not answer. */
  infoOf?(at: ServiceAddress): Promise<Readonly<Record<string, string>> | undefined>;
  /** How it is doing, for `lab status`; a kind without it is shown elsewhere. */
  health?(at: ServiceAddress): Promise<DatabaseHealth>;
  /** Puts back what `lab fault` changed of its settings. */
  restore?(at: ServiceAddress): Promise<void>;
  /** @returns true as soon as it has acknowledged that it is empty */
  empty(at: ServiceAddress): Promise<boolean>;
}
