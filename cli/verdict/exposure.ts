import type { ArchitectureFacts, PolicyFacts, Role } from "../history/facts.ts";
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
  return record.faults.filter((fault) => touches(fault, session, architecture, record.roles.get(fault.target)));
}

/**
 * Where several faults come one after the other, as in a rolling deployment, nobody is untouched to the end; but until its own
 * turn came, a session is a control for the faults before it. Was it still known after these, and until its turn?
 *
 * @returns undefined when no fault came before the first one that touched it
 */
export function outlastedOthers(session: SessionRecord, record: RunRecord): boolean | undefined {
  const own = faultsTouching(session, record);
  const turn = Math.min(...own.map(({ injectedAt }) => injectedAt));
  // What came at the same moment is not over: nobody can have outlasted it.
  const before = record.faults.flatMap(({ confirmedAt }) =>
    confirmedAt !== undefined && confirmedAt < turn ? [confirmedAt] : [],
  );
  if (own.length === 0 || before.length === 0) return undefined;
  const { lastKnownAt = Number.NEGATIVE_INFINITY, firstAnonymousAt = Number.POSITIVE_INFINITY } = session;
  return firstAnonymousAt >= turn && before.every((confirmedAt) => confirmedAt < lastKnownAt);
}

/** Where a session is: the app server of its login, the one that its policy leads to, the one of several store servers. */
export type Place = Pick<SessionRecord, "seat" | "keptOn"> & { home?: { server: string } };

/**
 * Whether a fault can harm a session in this place, or keep its user waiting.
 *
 * @param role of the fault's target
 */
export function touches(
  { effect, target }: Pick<FaultRecord, "effect" | "target">,
  session: Place,
  { policy, store }: ArchitectureFacts,
  role: Role | undefined,
): boolean {
  // A longer list moves whoever is placed by arithmetic; a balancer that goes by what it wrote down keeps everybody.
  if (effect.lists === "joined") return policy.affinity === "none" || policy.afterFailover !== "stays";
  switch (role) {
    case "app-server":
      return policy.affinity === "none" || session.home?.server === target || session.seat === target;
    case "balancer":
      // It holds nothing of a session, unless it remembers by itself who belongs where.
      return (policy.keptIn === undefined || policy.keptIn === "balancer-memory") && canCarryOut(policy, target);
    default:
      return holds(target, session, store);
  }
}

/** Whether a balancer may be the one that carries a policy out: not all histories say which one does. */
export function canCarryOut({ balancer }: PolicyFacts, service: string): boolean {
  return balancer === undefined || balancer === service;
}

/** Where the sessions are shared out, only the service that has this one; where there are copies, each of them. */
export function holds(
  service: string,
  { keptOn }: Pick<Place, "keptOn">,
  { server, group }: ArchitectureFacts["store"],
): boolean {
  if (!group) return server === service;
  return group.holds === "parts" && keptOn !== undefined ? keptOn === service : group.services.includes(service);
}
