import { LabError } from "../errors.ts";
import type { Evidence, FaultEvent } from "../history/events.ts";
import { type Guard, guardRunningLab } from "../record/guard-lab.ts";
import type { InjectedFault } from "../report/injected-fault.ts";
import type { Fault } from "../servers/fault.ts";
import { inject } from "../servers/inject.ts";
import { refuseToHitNothing } from "../servers/obstacles.ts";
import { healServices } from "./heal-services.ts";
import type { Lab } from "./identity/lab.ts";
import type { LabEngine } from "./lab-engine.ts";
import { openLabServices } from "./lab-services.ts";
import { labSubject } from "./lab-subject.ts";

export interface ByHand {
  lab: Lab;
  engine: LabEngine;
  /** Whose record says that it is broken, before anything is done. */
  guard: Pick<Guard, "note" | "owner">;
  /** Told of each state of the fault, as it is reached. */
  tell?: (state: FaultEvent["state"], evidence?: Evidence[]) => void;
  /** Ends the waiting for the signs. */
  signal?: AbortSignal;
}

/**
 * Breaks a service, on record, and waits for the two signs that it is broken. It stays so until somebody heals it.
 *
 * @throws LabError (`fault-hits-nothing`) when the service is in no state to be broken like that; nothing was done then
 * @throws LabError (`fault-failed`) when the engine refuses; half of it may have been done
 */
export async function injectByHand(
  fault: Fault,
  { lab, engine, guard, tell = () => {}, signal }: ByHand,
): Promise<InjectedFault> {
  const { kind, target, experience } = fault;
  await using services = openLabServices(lab, engine);
  const facts = labSubject(lab, engine).services;
  const [injected] = await inject([fault], {
    service: services.named,
    begins([before]) {
      refuseToHitNothing(fault, before!, facts);
      signal?.throwIfAborted();
      guard.note({ type: "breaking", kind, target, owner: guard.owner });
    },
    tell: (_, state, evidence) => tell(state, evidence),
    ...(signal ? { signal } : {}),
  });
  const { confirmed, evidence, error } = injected!;
  if (error !== undefined)
    throw new LabError(`"${kind}" failed on ${target}: ${(error as Error).message}`, {
      id: "fault-failed",
      todo: `Look with \`lab status\`; \`lab heal ${target}\` undoes what was done of it.`,
      exit: error instanceof LabError ? error.exit : "inconclusive",
      cause: error,
    });
  return { kind, target, confirmed, evidence, experience };
}

/**
 * Like `injectByHand`, by a command that ends then and leaves it broken, which is on record, too. A fault that fails or is interrupted
 * before its outcome can be told is taken back here; one whose command dies, by its watchdog.
 *
 * @throws LabError as `injectByHand`; the signal's reason when it was interrupted
 */
export async function injectOnRecord(
  fault: Fault,
  { lab, engine, signal }: { lab: Lab; engine: LabEngine; signal: AbortSignal },
): Promise<InjectedFault> {
  const { kind, target } = fault;
  await using guard = guardRunningLab(lab);
  const { owner } = guard;
  let hasBegun = false;
  const tell = (state: FaultEvent["state"]) => {
    hasBegun ||= state === "injecting";
  };
  try {
    const injected = await injectByHand(fault, { lab, engine, guard, tell, signal });
    signal.throwIfAborted();
    guard.note({ type: "left-broken", kind, target, owner });
    return injected;
  } catch (error) {
    if (hasBegun) await healServices({ lab, engine, only: [target], say: () => {} });
    throw error;
  }
}
