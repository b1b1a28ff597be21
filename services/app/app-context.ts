import type { OpenStore } from "./store.ts";

/** An open store, and what the page says of it. */
export interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  readonly open: OpenStore;
}

/** What the routes know of the process they run in. */
export interface AppContext {
  readonly appServer: string;
  readonly bootId: string;
  /** What a request has to bring along: see only-from-balancers.ts. */
  readonly balancerSecret: string;
  /** The open stores by id. */
  readonly catalogue: ReadonlyMap<string, CatalogueEntry>;
  readonly log: (line: string) => void;
}
