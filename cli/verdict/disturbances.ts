import type { OperationEvent, StoreSeenEvent } from "../history/events.ts";
import type { ArchitectureFacts } from "../history/facts.ts";
import { canCarryOut, holds } from "./exposure.ts";
import type { Disturbance, RunRecord } from "./run-record.ts";
import type { SessionRecord } from "./session-record.ts";

/** As sentences name the one who did what no fault on record did. It may have died by itself, too. */
const bySomebodyElse = "was restarted by somebody else";

/** Of one service the first that is known: what came later found nothing left to disturb. */
export function noteDisturbance({ disturbances }: RunRecord, { service, happenedAt, says }: Disturbance): void {
  const known = disturbances.get(service);
  // What the engine said of it is more exact than what was concluded from an answer.
  if (!known || happenedAt < known.happenedAt) disturbances.set(service, { service, happenedAt, says });
}

/**
 * An app server answers as another process than before, though no fault on record was aimed at it. Where processes ended as a
 * condition of the experiment, the repair has others take their place, and nobody is to blame.
 */
export function noteUnplannedLife(record: RunRecord, { server, boot, at, ms }: OperationEvent): void {
  if (server === undefined || boot === undefined || record.conditionEndedProcess) return;
  const lives = record.boots.get(server);
  if (!lives || lives.has(boot) || isFaulted(server, record)) return;
  noteDisturbance(record, { service: server, happenedAt: at + ms, says: bySomebodyElse });
}

/** A store's server is another process after the repair than before the fault, and no fault on record was aimed at it. */
export function noteUnplannedStore(record: RunRecord, { server, runId, at, when }: StoreSeenEvent): void {
  const before = record.storesBefore.get(server);
  if (when !== "settled" || !before || before.runId === runId || isFaulted(server, record)) return;
  noteDisturbance(record, { service: server, happenedAt: at, says: bySomebodyElse });
}

/** What disturbed the place where a session lived, after it had begun. */
export function disturbancesOf(session: SessionRecord, record: RunRecord): Disturbance[] {
  const architecture = record.architectures.get(session.architecture);
  const { home } = session;
  if (record.disturbances.size === 0 || !architecture || !home) return [];
  return [...record.disturbances.values()].filter(
    ({ service, happenedAt }) => happenedAt >= home.at && livesOn(service, session, architecture, record),
  );
}

export function sayDisturbance({ service, says, happenedAt }: Disturbance): string {
  return `${service} ${says} at ${(happenedAt / 1_000).toFixed(1)} s`;
}

/** Whether what happens to this service can end the session, or the way to it. */
function livesOn(
  service: string,
  session: SessionRecord,
  { policy, store }: ArchitectureFacts,
  { roles }: RunRecord,
): boolean {
  const isInMemory = store.livesIn === "app-server";
  const role = roles.get(service);
  if (role === "app-server") return isInMemory && session.home?.server === service;
  if (holds(service, session, store)) return true;
  // A balancer: of those alone for whom it remembers by itself who belongs where.
  return isInMemory && role === "balancer" && policy.keptIn === "balancer-memory" && canCarryOut(policy, service);
}

function isFaulted(service: string, { faults }: RunRecord): boolean {
  return faults.some(({ target }) => target === service);
}
