import { type RedisContents, redisContents } from "../servers/redis/info.ts";
import type { SessionFacts } from "../theory/facts.ts";
import { type Store, serversOf } from "../theory/stores.ts";
import type { VirtualUser } from "../users/virtual-user.ts";
import type { RunContext } from "./run-context.ts";

/** User -> the service that holds the session, of those that share out a store's sessions. */
export interface SessionsKept {
  keptOn: Map<string, string>;
}

export function noSessionsKept(): SessionsKept {
  return { keptOn: new Map() };
}

/** What one of several servers holds; without contents when it does not say. */
export interface Holding {
  service: string;
  contents: RedisContents | undefined;
}

/** What each server holds of the stores that have several: store -> its servers. */
export async function lookIntoGroups({
  architectures,
  deployment,
}: Pick<RunContext, "architectures" | "deployment">): Promise<Map<string, Holding[]>> {
  const stores = new Map(architectures.map(({ store }) => [store.id, store]));
  const held = [...stores.values()]
    .filter(({ group }) => group !== null)
    .map(async (store): Promise<[string, Holding[]]> => {
      const look = async (service: string) => ({ service, contents: await redisContents({ deployment, service }) });
      return [store.id, await Promise.all(serversOf(store).map(look))];
    });
  return new Map(await Promise.all(held));
}

/** Found by looking, not by calculating from what the app calls a session: the session is where its nonce and its items are. */
export function whereIs(
  user: Pick<VirtualUser, "shareIn">,
  { group }: Pick<Store, "group">,
  holdings: readonly Holding[],
): Pick<SessionFacts, "keptOn" | "copied"> {
  const shares = holdings.map(({ service, contents }) => ({
    service,
    role: contents?.role,
    share: contents === undefined ? ("unsure" as const) : user.shareIn(contents.strings),
  }));
  if (group?.holds === "parts")
    return { keptOn: shares.find(({ share }) => share === "all")?.service, copied: "unsure" };
  const copies = shares.filter(({ role }) => role !== "master").map(({ share }) => share);
  const hasOneMaster = copies.length === shares.length - 1;
  return { keptOn: undefined, copied: hasOneMaster && new Set(copies).size === 1 ? copies[0]! : "unsure" };
}

/** @param keptOn user -> server. @returns the server that has most of them; by name, where several have as many */
export function fullestServer(keptOn: ReadonlyMap<string, string>): string | undefined {
  const counts = new Map<string, number>();
  for (const server of keptOn.values()) counts.set(server, (counts.get(server) ?? 0) + 1);
  return [...counts].sort(([one, a], [other, b]) => b - a || one.localeCompare(other))[0]?.[0];
}
