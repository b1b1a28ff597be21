import { sessionsIn } from "../lab/look-at-lab.ts";
import { isRedis } from "../servers/redis-settings.ts";
import { masterOf } from "../servers/server-groups.ts";
import { redisInfo } from "../servers/service.ts";
import { sessionServerOf } from "../servers/session-server.ts";
import { expectationOf, type StoreSeen } from "../theory/scenario.ts";
import { type Store, serversOf } from "../theory/stores.ts";
import type { Member } from "../users/population.ts";
import { waitUntil } from "../wait.ts";
import type { Stage } from "./stage.ts";

/** What each store held, and what each store's server says that it keeps, before anybody logged in. */
export interface StoresBefore {
  held: Map<string, number | null>;
  /** By the server that the store names. */
  servers: Map<string, Kept>;
}

interface Kept {
  /** Keys or rows, those included whose time is over and that nobody has removed yet. */
  entries: number;
  evicted: number;
}

/**
 * Redis looks for keys whose end is over ten times a second, at some at a time (`hz`, `active-expire-effort`); rows are swept out
 * every two seconds (services/app/stores/postgres.ts).
 */
const expiryDeadlineMs = 5_000;

export async function lookIntoStores(stage: Stage): Promise<StoresBefore> {
  const stores = storesOf(stage);
  const keepers = [...new Map(stores.map((store) => [store.server, store])).values()];
  const [held, kept] = await Promise.all([
    Promise.all(stores.map(async (store) => [store.id, await heldIn(stage, store)] as const)),
    Promise.all(keepers.map(async (store) => [store.server, await keptFor(stage, store)] as const)),
  ]);
  return {
    held: new Map(held),
    servers: new Map(kept.flatMap(([name, found]) => (name !== null && found ? [[name, found]] : []))),
  };
}

/** What each store holds now, by id. */
export async function seenInStores(stage: Stage, when: "now" | "when-expired"): Promise<Map<string, StoreSeen>> {
  const { storesBefore } = stage;
  if (!storesBefore) return new Map();
  const seen = storesOf(stage).map(
    async (store) => [store.id, await seenInStore(stage, store, { before: storesBefore, when })] as const,
  );
  return new Map(await Promise.all(seen));
}

interface Look {
  before: StoresBefore;
  when: "now" | "when-expired";
}

/** Its server is asked before its sessions are counted, because that makes Redis drop the keys that are over (`SCAN`). */
async function seenInStore(stage: Stage, store: Store, look: Look): Promise<StoreSeen> {
  const sharers = stage.members.filter(({ architecture }) => architecture.store.id === store.id);
  const server = store.server === null ? undefined : await seenOnServer(stage, store, look);
  return {
    ...groups(stage, sharers),
    flickering: sharers.filter((member) => !member.staysAway && flickers(stage, member)).length,
    held: { before: look.before.held.get(store.id) ?? null, now: await heldIn(stage, store) },
    ...(server ? { server } : {}),
  };
}

async function seenOnServer(
  stage: Stage,
  store: Store,
  { before: { servers }, when }: Look,
): Promise<StoreSeen["server"]> {
  const before = servers.get(store.server ?? "");
  const users = groups(
    stage,
    stage.members.filter(({ architecture }) => isHeldBy(architecture.store, store.server)),
  );
  const look = () => keptFor(stage, store);
  const until = (seen: Kept | undefined) =>
    seen !== undefined && seen.entries <= (before?.entries ?? 0) + users.regulars;
  const now =
    when === "now"
      ? await look()
      : (await waitUntil({ look, until, deadlineMs: expiryDeadlineMs, signal: stage.signal })).seen;
  if (!before || !now) return undefined;
  return { entries: { before: before.entries, now: now.entries }, evicted: now.evicted - before.evicted, ...users };
}

/** Parts are added up, of copies the master's counts. Undefined where a server does not answer. */
async function keptFor({ deployment }: Stage, store: Store): Promise<Kept | undefined> {
  const services =
    store.group?.holds === "copies" ? [(await masterOf(store, deployment)) ?? ""] : [...serversOf(store)];
  const found = await Promise.all(
    services.map(async (service) => ({
      entries: await sessionServerOf(service)?.kept({ deployment, service }),
      evicted: isRedis(service) ? Number((await redisInfo({ deployment, service }))?.evicted_keys ?? 0) : 0,
    })),
  );
  return found.reduce<Kept | undefined>(
    (sum, { entries, evicted }) =>
      sum && entries !== undefined ? { entries: sum.entries + entries, evicted: sum.evicted + evicted } : undefined,
    { entries: 0, evicted: 0 },
  );
}

/** App servers that share a store all count the same; what lives in their memory is added up. */
async function heldIn({ door }: Stage, { id, livesIn }: Store): Promise<number | null> {
  const counts = Object.values(await sessionsIn(id, door));
  if (counts.some((count) => count === null)) return null;
  const numbers = counts as number[];
  return livesIn === "app-server" ? numbers.reduce((total, count) => total + count, 0) : Math.max(...numbers);
}

/** Whose session was asked for after its idle end, on a slow machine, is not away: to ask is to clean up. */
function groups({ idleMs = Number.POSITIVE_INFINITY }: Stage, members: readonly Member[]) {
  const away = members.filter(({ staysAway }) => staysAway);
  const unasked = away.filter(({ user }) => user.answeredAt < (user.writtenAt.at(-1) ?? 0) + idleMs);
  return { regulars: members.length - away.length, away: unasked.length };
}

function storesOf({ architectures }: Stage): Store[] {
  return [...new Map(architectures.map(({ store }) => [store.id, store])).values()];
}

function isHeldBy({ livesIn, server: own }: Store, server: string | null): boolean {
  return livesIn === "server" && own === server;
}

/** Theory says that this user is recognised at some requests and not at others, even when nothing is broken. */
export function flickers({ scenario, victim }: Stage, { architecture: { policy, store }, user }: Member): boolean {
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
