import type { Engine } from "../docker/engine.ts";
import { guardRunningLab } from "../record/guard-lab.ts";
import type { InjectedFault } from "../report/fault.ts";
import type { Fault } from "../servers/fault.ts";
import { injectByHand } from "../servers/inject-by-hand.ts";
import { healServices } from "./heal-services.ts";
import type { Lab } from "./topology.ts";

/**
 * Like `injectByHand`, and on record until its outcome can be told: a fault that fails or is interrupted before that is taken back
 * here; one whose command dies, by its watchdog.
 *
 * @throws LabError as `injectByHand`; the signal's reason when it was interrupted
 */
export async function injectOnRecord(
  fault: Fault,
  { lab, engine, signal }: { lab: Lab; engine: Engine; signal: AbortSignal },
): Promise<InjectedFault> {
  const { kind, target } = fault;
  await using guard = guardRunningLab(lab);
  const { owner } = guard;
  let hasBegun = false;
  const begins = () => {
    guard.note({ type: "breaking", kind, target, owner });
    hasBegun = true;
  };
  const takeBack = async () => {
    await healServices({ lab, engine, only: [target], say: () => {} });
    guard.note({ type: "healed", kind, target, owner });
  };
  try {
    const injected = await injectByHand(fault, { lab, engine, signal, begins });
    guard.note({ type: "left-broken", kind, target, owner });
    return injected;
  } catch (error) {
    if (hasBegun) await takeBack();
    throw error;
  }
}
