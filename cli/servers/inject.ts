import type { Evidence, FaultEvent } from "../history/events.ts";
import { waitUntil } from "../wait.ts";
import { evidenceFor, type Fault, type Signs, signsOf, unseenEvidence } from "./fault.ts";
import type { Service } from "./service.ts";

/** A fault whose two signs have not both appeared by then hit nothing. */
const confirmDeadlineMs = 15_000;

export interface Injecting {
  service: (name: string) => Service;
  /**
   * Called when it is known how the services are, and before anything is done: puts the faults on record, so that they are healed
   * whatever happens next. Nothing is done when it throws.
   *
   * @param before of each fault, in their order
   */
  begins: (before: readonly Signs[]) => void;
  /** Told of each state of each fault, as it is reached. */
  tell: (fault: Fault, state: FaultEvent["state"], evidence?: Evidence[]) => void;
  /** Ends the waiting for the signs. */
  signal?: AbortSignal;
}

export interface Injected {
  fault: Fault;
  /** Both signs were seen. */
  confirmed: boolean;
  /** The two signs, or what was seen instead. */
  evidence: Evidence[];
  /** Why it could not be injected; half of it may have been done. */
  error?: unknown;
}

/**
 * Breaks all of these at the same moment, and waits for the two signs of each. They stay so until somebody heals them. One that cannot be
 * injected keeps none of the others from it.
 *
 * @throws what a look at a service throws; nothing is under way any more then
 */
export async function inject(faults: readonly Fault[], injecting: Injecting): Promise<Injected[]> {
  const { service, begins, tell } = injecting;
  const before = await allOver(faults.map((fault) => signsOf(service(fault.target), fault)));
  begins(before);
  for (const fault of faults) tell(fault, "injecting");
  return allOver(faults.map((fault, index) => injectOne(fault, before[index]!, injecting)));
}

async function injectOne(fault: Fault, before: Signs, { service, tell, signal }: Injecting): Promise<Injected> {
  const target = service(fault.target);
  try {
    await fault.inject(target);
  } catch (error) {
    const evidence = [engineSays((error as Error).message)];
    tell(fault, "failed", evidence);
    return { fault, confirmed: false, evidence, error };
  }
  tell(fault, "injected");
  const { ok, seen = unseenEvidence(confirmDeadlineMs) } = await waitUntil({
    look: async () => evidenceFor(fault, await signsOf(target, fault), before),
    until: (evidence) => evidence.every((sign) => sign.shows || cannotShow(sign, fault, before)),
    deadlineMs: confirmDeadlineMs,
    ...(signal ? { signal } : {}),
  });
  const confirmed = ok && seen.every(({ shows }) => shows);
  tell(fault, confirmed ? "confirmed" : "unconfirmed", seen);
  return { fault, confirmed, evidence: seen };
}

/** That a service goes silent is felt by nobody who got no answer before. */
function cannotShow({ source }: Evidence, { effect }: Fault, { feeling }: Signs): boolean {
  const goesSilent = effect.process === "ends" || effect.process === "freezes" || effect.reach === "nobody";
  return source === "felt" && goesSilent && !feeling.answers;
}

export function engineSays(says: string): Evidence {
  return { source: "engine", shows: false, says };
}

/**
 * Waits for all of them, also when one fails: nothing may still be under way when healing begins.
 *
 * @throws what the first of those that failed threw
 */
async function allOver<Done>(doings: readonly Promise<Done>[]): Promise<Done[]> {
  await Promise.allSettled(doings);
  return Promise.all(doings);
}
