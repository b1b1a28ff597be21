import { unknownValue } from "../errors.ts";
import { loadPolicies, type Policy } from "./policies.ts";
import { loadStores, type Store } from "./stores.ts";

/** A balancing policy plus a session store, written `cookie.redis-aof`; each is one host name of the lab. */
export interface Architecture {
  id: string;
  policy: Policy;
  store: Store;
  host: string;
}

/** The host name under which the lab serves an architecture. */
export function architectureHost({ policy, store }: { policy: string; store: string }): string {
  return `${policy}.${store}.localhost`;
}

/** What to take from the catalogue; `"all"` or ids. */
export interface Selection {
  policies?: "all" | readonly string[];
  stores?: "all" | readonly string[];
  /** Compose profiles that run; "all" stores means the core's and theirs. A store that is named needs no leave. */
  profiles?: readonly string[];
}

/** The architectures of a selection, policies first. @throws LabError naming the unknown policy or store */
export function selectArchitectures({
  policies = "all",
  stores = "all",
  profiles = [],
}: Selection = {}): Architecture[] {
  const chosenPolicies = choose("policy", policies, loadPolicies());
  const chosenStores = choose("store", stores, loadStores()).filter(
    ({ profile }) => stores !== "all" || profile === null || profiles.includes(profile),
  );
  return chosenPolicies.flatMap((policy) =>
    chosenStores.map((store) => ({
      id: `${policy.id}.${store.id}`,
      policy,
      store,
      host: architectureHost({ policy: policy.id, store: store.id }),
    })),
  );
}

/** The Compose profiles that these architectures' stores need. */
export function profilesOf(architectures: readonly Architecture[]): string[] {
  return [...new Set(architectures.flatMap(({ store: { profile } }) => (profile === null ? [] : [profile])))].sort();
}

function choose<Item extends { id: string }>(
  what: string,
  wanted: "all" | readonly string[],
  known: readonly Item[],
): Item[] {
  if (wanted === "all") return [...known];
  const ids = known.map(({ id }) => id);
  for (const id of wanted) if (!ids.includes(id)) throw unknownValue(what, id, ids);
  return known.filter(({ id }) => wanted.includes(id));
}
