import type { ServerGroup, StoreFacts } from "../store.ts";

/** What one sees of a server from outside of the app, whatever kind it is. Everything waits until the server is there. */
export interface StoreServerProbe {
  readonly url: string;
  isReady(): Promise<boolean>;
  /** Whether all that it has acknowledged is where a kill does not reach it, if it keeps anything there at all. */
  isWritten(): Promise<boolean>;
  /** All that it holds: keys or rows. */
  entries(): Promise<{ key: string; endsInMs: number }[]>;
  /** Adds something that is no session. */
  addSomethingElse(): Promise<void>;
  /** Lets an entry end in a minute. */
  endInAMinute(key: string): Promise<void>;
  /** Grows with every write, whoever writes. */
  countWrites(): Promise<number>;
  empty(): Promise<void>;
  /** Makes it refuse everybody, because it loads its data, while `meanwhile` runs; undefined where there is no such thing. */
  readonly loadAgain?: (meanwhile: () => Promise<unknown>) => Promise<void>;
  close(): Promise<void>;
}

/** How the container of a server is run, and how one looks into it. */
export interface StoreServerInContainer {
  /** The first that is on this machine is taken, else the last. */
  readonly images: readonly (string | undefined)[];
  /** On which it listens in its container; the same as outside where it is left out. */
  readonly port?: number;
  /** Of `docker run`. */
  readonly options: readonly string[];
  command(persistence: StoreFacts["persistence"]): string[];
  /** @param port the first on which it is published on loopback */
  open(port: number): StoreServerProbe;
}

/** A kind of server, as one file of store-servers/ describes it: the file's name is the kind. */
export interface StoreServerKind extends StoreServerInContainer {
  /** What an app server is told to find one at this address, e.g. `127.0.0.1:6379`. */
  urlAt(address: string): string;
  /** The connections that an app server keeps to it, and whether it makes them before somebody asks. */
  readonly connections: { readonly count: number; readonly madeBeforeUse: boolean };
  /** Several of them that hold the sessions together, in one container; left out where there is no such thing. */
  group?(group: ServerGroup, ports: readonly number[]): StoreServerInContainer;
}
