/** An architecture is a host name, `<policy>.<store>.localhost:<port>`: the same policy with another store is one label away. */

const ARCHITECTURE = /^([a-z0-9-]+)\.[a-z0-9-]+\.localhost(:\d{1,5})?$/;

/** No URLs where the request did not come to an architecture's host name. */
export function storeUrls(host: string | undefined, stores: readonly string[]): { store: string; url: string }[] {
  const [, policy, port = ""] = ARCHITECTURE.exec(host ?? "") ?? [];
  if (policy === undefined) return [];
  return stores.map((store) => ({ store, url: `http://${policy}.${store}.localhost${port}/` }));
}
