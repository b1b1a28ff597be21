import { factsOf, type ServiceFacts } from "../history/services.ts";
import { redisInfo } from "../servers/redis/info.ts";
import { sessionServerOf } from "../servers/session-servers.ts";
import type { ServiceAddress } from "../subject/deployment.ts";
import type { SessionFacts } from "../theory/facts.ts";
import { placementOf } from "../theory/placement/place.ts";
import { expectationOf } from "../theory/scenario.ts";
import { serversOf } from "../theory/stores.ts";
import { servicesMeant } from "../theory/targets.ts";
import type { Member } from "../users/population.ts";
import { waitUntil } from "../wait.ts";
import type { RunContext } from "./run-context.ts";
import type { NewSeats } from "./users-change.ts";
import { fullestServer, lookIntoGroups, type SessionsKept, whereIs } from "./where-sessions-are.ts";

/** A server that still writes to its disk after so long is not waited for. */
const atRestDeadlineMs = 15_000;

/** When a Redis server last wrote its data set, in milliseconds into the run: some instant between the two. */
interface SnapshotTime {
  from: number;
  to: number;
}

/** Whether the expectations have been written down. */
export interface Predictions {
  predictions: { areWritten: boolean };
}

export function nothingPredicted(): Predictions {
  return { predictions: { areWritten: false } };
}

export type Predicting = LookingAtStores &
  Pick<RunContext, "scenario" | "members" | "services" | "appServers" | "victim"> &
  Predictions &
  SessionsKept &
  NewSeats;
type LookingAtStores = Pick<RunContext, "architectures" | "deployment" | "services" | "recorder" | "signal">;

/**
 * Writes down, before the first fault, what theory says of each session. What is written here is what the judge compares with:
 * nobody can adapt the prediction to the outcome.
 */
export async function predict(run: Predicting): Promise<void> {
  if (run.predictions.areWritten) return;
  run.predictions.areWritten = true;
  const [snapshots, held] = await Promise.all([lookAtStores(run, "before-fault"), lookIntoGroups(run)]);
  const places = new Map(
    run.members.map(({ user, architecture: { store } }) => [user, whereIs(user, store, held.get(store.id) ?? [])]),
  );
  for (const [{ id }, { keptOn }] of places) if (keptOn !== undefined) run.keptOn.set(id, keptOn);
  // The same for all; for each anew, the cost of a crowd would grow with its square.
  const fullest = fullestServer(run.keptOn);
  const seatAmongMore = seatsAmongMore(run);
  for (const member of run.members) {
    const { user, architecture, seat } = member;
    const { policy, store } = architecture;
    const { keptOn, copied } = places.get(user)!;
    const { fate, because } = expectationOf(run.scenario, {
      policy,
      store,
      home: user.home,
      seat,
      newSeat: run.newSeats.get(member)?.seat,
      seatAmongMore: seatAmongMore(member),
      hasAffinityCookie: user.hasAffinityCookie,
      staysAway: member.staysAway,
      victim: run.victim,
      inSnapshot: inSnapshot(user.writtenAt, store.server === null ? undefined : snapshots.get(store.server)),
      keptOn,
      fullest,
      copied,
    });
    run.recorder.record({
      type: "expectation",
      at: run.recorder.now(),
      user: user.id,
      fates: [fate].flat(),
      because,
      ...(keptOn === undefined ? {} : { keptOn }),
      ...(store.group?.holds === "copies" ? { copied } : {}),
    });
  }
}

/** Where a policy computes the place of a browser, so do we: by its address, or by the cookie that the balancer gave it. */
function seatsAmongMore({
  appServers,
  architectures,
  scenario,
  services,
  victim,
}: Predicting): (member: Member) => string | undefined {
  const joining = scenario.steps
    .flatMap((step) => (step.do === "inject" ? step.faults : []))
    .filter(({ effect }) => effect.lists === "joined")
    .flatMap(({ target }) => servicesMeant(target, { services, victim, stores: [] }));
  const all = [...appServers, ...joining];
  const placed = new Map(architectures.map(({ policy }) => [policy.id, placementOf(policy)?.(all)]));
  return ({ user, architecture: { policy } }) => {
    const key = policy.key === "cookie" ? user.affinityCookieValues[0] : user.address;
    return key === undefined ? undefined : placed.get(policy.id)?.(key);
  };
}

/**
 * Nothing that a kill would take is on its way to the disk: no snapshot is being written, and the append-only file has everything.
 * With `appendfsync everysec` Redis answers before it writes while an fsync is under way, for up to two seconds (`aof_buffer_length`
 * then says how much it owes): on a slow disk a kill takes what it had acknowledged. A replica that got its first copy writes an
 * append-only file anew (`aof_rewrite_in_progress`), and until that is done a start reads the old one, which has nothing of the copy.
 */
function isAtRest(info: Record<string, string> | undefined): boolean {
  const isWriting = ["rdb_bgsave_in_progress", "aof_rewrite_in_progress", "aof_rewrite_scheduled"];
  return isWriting.every((field) => info?.[field] !== "1") && Number(info?.aof_buffer_length ?? 0) === 0;
}

/** Records which process each store's server is and how many keys it holds. */
export async function lookAtStores(
  { architectures, deployment, services, recorder, signal }: LookingAtStores,
  when: "before-fault" | "settled",
): Promise<Map<string, SnapshotTime>> {
  const servers = [...new Set(architectures.flatMap(({ store }) => serversOf(store)))];
  const copies = architectures.flatMap(({ store: { group } }) => (group?.holds === "copies" ? group.services : []));
  const snapshots = new Map<string, SnapshotTime>();
  await Promise.all(
    servers.map(async (server) => {
      const waited = await waitUntil({
        look: () => redisInfo({ deployment, service: server }),
        until: isAtRest,
        deadlineMs: atRestDeadlineMs,
        signal,
      });
      // Where no look came to an end: the engine gets its own time for one more, since what is predicted rests on it.
      const info = waited.ok ? waited.seen : (waited.seen ?? (await redisInfo({ deployment, service: server })));
      const at = recorder.now();
      if (info) {
        const role = info.role === "master" ? "master" : "slave";
        recorder.record({
          type: "store-seen",
          at,
          when,
          server,
          runId: info.run_id ?? "",
          keys: keysIn(info.db0),
          evicted: Number(info.evicted_keys ?? 0),
          ...(copies.includes(server) ? { role } : {}),
        });
        snapshots.set(server, snapshotTime(info, at));
        return;
      }
      const [runId, held] = await lookAtOther({ deployment, service: server }, factsOf(services, server));
      if (runId !== undefined) recorder.record({ type: "store-seen", at, when, server, runId, keys: held });
    }),
  );
  return snapshots;
}

/** A server that is no Redis, or does not answer. @returns which process it is, and how many sessions it holds */
async function lookAtOther(
  at: ServiceAddress,
  facts: ServiceFacts | undefined,
): Promise<[life: string | undefined, held: number]> {
  const kind = sessionServerOf(facts);
  return [await kind?.lifeOf(at), (await kind?.list(at, { atMost: 0 }))?.total ?? 0];
}

/**
 * Redis states the end of the last save in whole seconds since the epoch (`rdb_last_save_time`) and its length in whole
 * seconds (`rdb_last_bgsave_time_sec`, -1 when there was none); the snapshot holds the data of its beginning.
 */
function snapshotTime(info: Record<string, string>, at: number): SnapshotTime {
  const savedAt = Number(info.rdb_last_save_time) * 1_000 - Date.now() + at;
  const tookMs = Math.max(0, Number(info.rdb_last_bgsave_time_sec)) * 1_000;
  return { from: savedAt - tookMs - 1_000, to: savedAt + 1_000 };
}

function inSnapshot(writtenAt: readonly number[], snapshot: SnapshotTime | undefined): SessionFacts["inSnapshot"] {
  const [first, last] = [writtenAt.at(0), writtenAt.at(-1)];
  if (!snapshot || first === undefined || last === undefined || first > snapshot.to) return "none";
  if (last < snapshot.from) return "all";
  return first < snapshot.from && last > snapshot.to ? "some" : "unsure";
}

/** `keys=12,expires=12,avg_ttl=...` */
function keysIn(keyspace: string | undefined): number {
  return Number(/keys=(\d+)/.exec(keyspace ?? "")?.[1] ?? 0);
}
