import { sessionsIn } from "../docker/look-at-lab.ts";
import { infoNumber } from "../fault.ts";
import type { Store } from "../lab/stores.ts";
import { expectationOf, type StoreSeen } from "../scenario.ts";
import type { Member } from "../users/population.ts";
import { waitUntil } from "../wait.ts";
import type { Stage } from "./stage.ts";

/** What each store held, and each store's Redis server, before anybody logged in. */
export interface StoresBefore {
  held: Map<string, number | null>;
  servers: Map<string, { keys: number; evicted: number }>;
}

/** Redis looks for keys whose end is over ten times a second, at some at a time (`hz`, `active-expire-effort`). */
const expiryDeadlineMs = 5_000;

export async function lookIntoStores(stage: Stage): Promise<StoresBefore> {
  const stores = storesOf(stage);
  const servers = [...new Set(stores.flatMap(({ server }) => (server === null ? [] : [server])))];
  const [held, infos] = await Promise.all([
    Promise.all(stores.map(async (store) => [store.id, await heldIn(stage, store)] as const)),
    Promise.all(servers.map(async (server) => [server, await lookAtServer(stage, server)] as const)),
  ]);
  return { held: new Map(held), servers: new Map(infos.flatMap(([name, info]) => (info ? [[name, info]] : []))) };
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
  const server = store.server === null ? undefined : await seenOnServer(stage, store.server, look);
  return {
    ...groups(stage, sharers),
    flickering: sharers.filter((member) => !member.staysAway && flickers(stage, member)).length,
    held: { before: look.before.held.get(store.id) ?? null, now: await heldIn(stage, store) },
    ...(server ? { server } : {}),
  };
}

async function seenOnServer(
  stage: Stage,
  server: string,
  { before: { servers }, when }: Look,
): Promise<StoreSeen["server"]> {
  const before = servers.get(server);
  const users = groups(
    stage,
    stage.members.filter(({ architecture: { store } }) => isHeldBy(store, server)),
  );
  const { seen: now } = await waitUntil({
    look: () => lookAtServer(stage, server),
    until: (seen) => (seen?.keys ?? 0) <= (before?.keys ?? 0) + users.regulars,
    deadlineMs: when === "now" ? 0 : expiryDeadlineMs,
    signal: stage.signal,
  });
  if (!before || !now) return undefined;
  return { keys: { before: before.keys, now: now.keys }, evicted: now.evicted - before.evicted, ...users };
}

async function lookAtServer({ service }: Stage, server: string) {
  const feeling = await service(server).feel();
  if (!feeling.info) return undefined;
  return { keys: infoNumber(feeling, "keys"), evicted: infoNumber(feeling, "evicted_keys") };
}

/** App servers that share a store all count the same; what lives in their memory is added up. */
async function heldIn({ transport }: Stage, { id, livesIn }: Store): Promise<number | null> {
  const counts = Object.values(await sessionsIn(id, transport));
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

function isHeldBy({ livesIn, server: own }: Store, server: string): boolean {
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
