/** The balancer names the store of a request in a header, as it read it from the host name. */
import type { Request } from "express";
import type { AppContext, CatalogueEntry } from "./app-context.ts";

export const STORE_HEADER = "X-Session-Store";
export const POLICY_HEADER = "X-Balancing-Policy";

/** Throws UnknownStoreError. */
export function chooseStore(request: Request, { catalogue }: Pick<AppContext, "catalogue">): CatalogueEntry {
  const id = request.get(STORE_HEADER);
  const entry = id === undefined ? undefined : catalogue.get(id);
  if (entry === undefined) throw new UnknownStoreError(id ?? null, [...catalogue.keys()]);
  return entry;
}

/** `known` are the ids that would have been right. */
export class UnknownStoreError extends Error {
  override readonly name = "UnknownStoreError";
  readonly store: string | null;
  readonly known: readonly string[];

  constructor(store: string | null, known: readonly string[]) {
    super(store === null ? `no session store named: send the header ${STORE_HEADER}` : `no session store "${store}"`);
    this.store = store;
    this.known = known;
  }
}
