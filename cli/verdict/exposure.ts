import type { ArchitectureFacts } from "../history/events.ts";
import type { FaultRecord, RunRecord } from "./run-record.ts";
import type { SessionRecord } from "./session-record.ts";

/**
 * Did the fault touch this session? Known from where the session was placed, before anything broke: the exposed sessions are
 * the experiment, the others its controls.
 */
export function isExposed(session: SessionRecord, record: RunRecord): boolean {
  return faultsTouching(session, record).length > 0;
}

export function faultsTouching(session: SessionRecord, record: RunRecord): FaultRecord[] {
  const architecture = record.architectures.get(session.architecture);
  if (!architecture) return [];
  return record.faults.filter((fault) => touches(fault, session, architecture, record.run.appServers));
}

function touches(
  { target }: FaultRecord,
  session: SessionRecord,
  { policy, store }: ArchitectureFacts,
  appServers: readonly string[],
): boolean {
  if (appServers.includes(target))
    return policy.affinity === "none" || session.home?.server === target || session.seat === target;
  if (isStoreServer(target)) return holds(target, session, store);
  // The balancer holds nothing of a session, unless it remembers by itself who belongs where.
  return policy.keptIn === undefined || policy.keptIn === "balancer-memory";

  function isStoreServer(service: string): boolean {
    return service !== "nginx" && service !== "balancer" && !appServers.includes(service);
  }
}

/** Where the sessions are shared out, only the service that has this one; where there are copies, each of them. */
function holds(service: string, { keptOn }: SessionRecord, { server, group }: ArchitectureFacts["store"]): boolean {
  if (!group) return server === service;
  return group.holds === "parts" && keptOn !== undefined ? keptOn === service : group.services.includes(service);
}
