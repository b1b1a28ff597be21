import { factsOf, named } from "../history/services.ts";
import { masterOf } from "../servers/server-groups.ts";
import type { Kept } from "../servers/session-server.ts";
import { sessionServerOf } from "../servers/session-servers.ts";
import { sessionsIn } from "../servers/sessions-seen.ts";
import type { StoreSeen } from "../theory/facts.ts";
import { expectationOf } from "../theory/scenario.ts";
import { type Store, serversOf } from "../theory/stores.ts";
import type { Member } from "../users/population.ts";
import { waitUntil } from "../wait.ts";
import type { InUse } from "./keep-in-use.ts";
import type { RunContext } from "./run-context.ts";

/** What the stores held before anybody logged in; only where the scenario has something to measure there. */
export interface StoresLookedInto {
  storesBefore?: StoresBefore;
}

type Asking = Pick<RunContext, "deployment" | "services" | "door">;
export type LookingIntoStores = Asking &
  Pick<RunContext, "scenario" | "architectures" | "members" | "victim" | "signal"> &
  Pick<InUse, "idleMs"> &
  StoresLookedInto;

/** What each store held, and what each store's server says that it keeps, before anybody logged in. */
export interface StoresBefore {
  held: Map<string, number | null>;
  /** By the server that the store names. */
  servers: Map<string, Kept>;
}

/**
 * Redis looks for keys whose end is over ten times a second, at some at a time (`hz`, `active-expire-effort`); rows are swept out
 * every two seconds (services/app/stores/postgres.ts).
 */
const expiryDeadlineMs = 5_000;

export async function lookIntoStores(run: Asking & Pick<RunContext, "architectures">): Promise<StoresBefore> {
  const stores = storesOf(run);
  const keepers = [...new Map(stores.map((store) => [store.server, store])).values()];
  const [held, kept] = await Promise.all([
    Promise.all(stores.map(async (store) => [store.id, await heldIn(run, store)] as const)),
    Promise.all(keepers.map(async (store) => [store.server, await keptFor(run, store)] as const)),
  ]);
  return {
    held: new Map(held),
    servers: new Map(kept.flatMap(([name, found]) => (name !== null && found ? [[name, found]] : []))),
  };
}

/** What each store holds now, by id. */
export async function seenInStores(
  run: LookingIntoStores,
  when: "now" | "when-expired",
): Promise<Map<string, StoreSeen>> {
  const { storesBefore } = run;
  if (!storesBefore) return new Map();
  const seen = storesOf(run).map(
    async (store) => [store.id, await seenInStore(run, store, { before: storesBefore, when })] as const,
  );
  return new Map(await Promise.all(seen));
}

interface Look {
  before: StoresBefore;
  when: "now" | "when-expired";
}

/** Its server is asked before its sessions are counted, because that makes Redis drop the keys that are over (`SCAN`). */
async function seenInStore(run: LookingIntoStores, store: Store, look: Look): Promise<StoreSeen> {
  const sharers = run.members.filter(({ architecture }) => architecture.store.id === store.id);
  const server = store.server === null ? undefined : await seenOnServer(run, store, look);
  return {
    ...groups(run, sharers),
    flickering: sharers.filter((member) => !member.staysAway && flickers(run, member)).length,
    held: { before: look.before.held.get(store.id) ?? null, now: await heldIn(run, store) },
    ...(server ? { server } : {}),
  };
}

async function seenOnServer(
  run: LookingIntoStores,
  store: Store,
  { before: { servers }, when }: Look,
): Promise<StoreSeen["server"]> {
  const before = servers.get(store.server ?? "");
  const users = groups(
    run,
    run.members.filter(({ architecture }) => isHeldBy(architecture.store, store.server)),
  );
  const look = () => keptFor(run, store);
  const until = (seen: Kept | undefined) =>
    seen !== undefined && seen.entries <= (before?.entries ?? 0) + users.regulars;
  const now =
    when === "now"
      ? await look()
      : (await waitUntil({ look, until, deadlineMs: expiryDeadlineMs, signal: run.signal })).seen;
  if (!before || !now) return undefined;
  return { entries: { before: before.entries, now: now.entries }, evicted: now.evicted - before.evicted, ...users };
}

/** Parts are added up, of copies the master's counts. Undefined where a server does not answer. */
async function keptFor(
  { deployment, services: all }: Pick<Asking, "deployment" | "services">,
  store: Store,
): Promise<Kept | undefined> {
  const services =
    store.group?.holds === "copies" ? [(await masterOf(store, deployment)) ?? ""] : [...serversOf(store)];
  const found = await Promise.all(
    services.map((service) => sessionServerOf(factsOf(all, service))?.kept({ deployment, service })),
  );
  return found.reduce<Kept | undefined>(
    (sum, kept) =>
      sum && kept ? { entries: sum.entries + kept.entries, evicted: sum.evicted + kept.evicted } : undefined,
    { entries: 0, evicted: 0 },
  );
}

/** App servers that share a store all count the same; what lives in their memory is added up. */
async function heldIn(
  { door, services }: Pick<Asking, "door" | "services">,
  { id, livesIn }: Store,
): Promise<number | null> {
  const counts = Object.values(await sessionsIn(id, door, named(services, "app-server")));
  if (counts.some((count) => count === null)) return null;
  const numbers = counts as number[];
  return livesIn === "app-server" ? numbers.reduce((total, count) => total + count, 0) : Math.max(...numbers);
}

/** Whose session was asked for after its idle end, on a slow machine, is not away: to ask is to clean up. */
function groups({ idleMs = Number.POSITIVE_INFINITY }: Pick<InUse, "idleMs">, members: readonly Member[]) {
  const away = members.filter(({ staysAway }) => staysAway);
  const unasked = away.filter(({ user }) => user.answeredAt < (user.writtenAt.at(-1) ?? 0) + idleMs);
  return { regulars: members.length - away.length, away: unasked.length };
}

function storesOf({ architectures }: Pick<RunContext, "architectures">): Store[] {
  return [...new Map(architectures.map(({ store }) => [store.id, store])).values()];
}

function isHeldBy({ livesIn, server: own }: Store, server: string | null): boolean {
  return livesIn === "server" && own === server;
}

/** Theory says that this user is recognised at some requests and not at others, even when nothing is broken. */
export function flickers(
  { scenario, victim }: Pick<RunContext, "scenario" | "victim">,
  { architecture: { policy, store }, user }: Member,
): boolean {
  const unknown = {
    seat: undefined,
    newSeat: undefined,
    hasAffinityCookie: false,
    seatAmongMore: undefined,
    inSnapshot: "unsure",
    keptOn: undefined,
    fullest: undefined,
    copied: "unsure",
    staysAway: false,
  } as const;
  const { fate } = expectationOf(scenario, { ...unknown, policy, store, home: user.home, victim });
  return fate === "unstable";
}
