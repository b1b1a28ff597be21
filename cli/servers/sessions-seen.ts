import type { Door } from "../subject/site.ts";

/** How many sessions of a store each app server sees; null where it gives no answer, or nobody can know. */
export async function sessionsIn(
  store: string,
  door: Door,
  appServers: readonly string[],
): Promise<Record<string, number | null>> {
  const counts = await Promise.all(
    appServers.map(
      async (appServer) =>
        [appServer, (await door.ask({ appServer, store }, { connection: "kept" })).sessions] as const,
    ),
  );
  return Object.fromEntries(counts);
}
