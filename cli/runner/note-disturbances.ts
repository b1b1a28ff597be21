import { changesProcess } from "../servers/fault.ts";
import type { ContainerState } from "../subject/deployment.ts";
import { serversOf } from "../theory/stores.ts";
import type { Broken, BrokenSoFar } from "./broken.ts";
import type { RunContext } from "./run-context.ts";

/** What is known of the processes that a run depends on. */
export interface LivesSeen {
  /** Service -> when its process began, as the engine states it; none of a process that this run ends, or has ended. */
  startedAt: Map<string, string>;
  /** What is on record already. */
  noted: Set<string>;
}

export interface LivesNoted {
  lives: LivesSeen;
}

export function noLives(): LivesNoted {
  return { lives: { startedAt: new Map(), noted: new Set() } };
}

export type LookingForDisturbances = Pick<
  RunContext,
  "deployment" | "recorder" | "architectures" | "appServers" | "services"
> &
  Pick<BrokenSoFar, "broken"> &
  LivesNoted;

/**
 * Puts on record what became another process, or is dead, frozen or cut off, without this run having done it. Has to be called before
 * anybody logs in, before each fault, at the settle point and at the end. What happens and is over between two looks shows only
 * where it is another process then.
 */
export async function noteDisturbances(run: LookingForDisturbances): Promise<void> {
  const states = await run.deployment.states().catch(() => []);
  const needed = servicesNeeded(run);
  for (const state of states) if (needed.has(state.service)) noteDisturbance(run, state);
}

/** From now on these processes may be others: this run ends them. */
export function expectOtherLives({ lives }: LivesNoted, faults: readonly Pick<Broken, "target" | "effect">[]): void {
  for (const { target, effect } of faults) if (changesProcess(effect)) lives.startedAt.delete(target);
}

function noteDisturbance(run: LookingForDisturbances, state: ContainerState): void {
  const { recorder, lives } = run;
  const { service } = state;
  const faults = run.broken.filter(({ target }) => target === service);
  if (!state.running && faults.some(({ effect }) => changesProcess(effect))) return;
  const found = whatHappened(state, { isBroken: faults.length > 0, startedAt: lives.startedAt.get(service) });
  lives.startedAt.set(service, state.startedAt);
  if (!found || lives.noted.has(`${service} ${found.says}`)) return;
  lives.noted.add(`${service} ${found.says}`);
  const at = recorder.now();
  const agoMs = found.when === undefined ? 0 : Date.now() - Date.parse(found.when);
  const happenedAt = Math.round(Math.min(at, Math.max(0, at - agoMs)));
  recorder.record({ type: "disturbance", at, service, happenedAt, says: found.says });
}

/** @returns what somebody else did, and when, if the engine says that (ISO 8601) */
function whatHappened(
  { running, paused, attached, exitCode, startedAt, finishedAt }: ContainerState,
  { isBroken, startedAt: before }: { isBroken: boolean; startedAt: string | undefined },
): { says: string; when?: string | undefined } | undefined {
  if (!running) return { says: `was ended by somebody else (exit code ${exitCode})`, when: finishedAt };
  if (before !== undefined && before !== startedAt) return { says: "was restarted by somebody else", when: startedAt };
  // A fault of this run may be that it is frozen or cut off.
  if (isBroken) return undefined;
  if (paused) return { says: "was frozen by somebody else" };
  return attached ? undefined : { says: "was cut off from the network by somebody else" };
}

/** The balancer at the front, which every request passes, and those that the policies of this run name. */
function balancersNeeded({ architectures, services }: LookingForDisturbances): string[] {
  const kinds = new Set(architectures.map(({ policy }) => policy.balancerKind));
  const balancers = services.filter(({ role }) => role === "balancer");
  return balancers.filter(({ kind = "" }, index) => index === 0 || kinds.has(kind)).map(({ name }) => name);
}

function servicesNeeded(stage: LookingForDisturbances): Set<string> {
  const { architectures, appServers, broken } = stage;
  const stores = architectures.map(({ store }) => store);
  return new Set([
    ...balancersNeeded(stage),
    ...appServers,
    ...broken.filter(({ effect }) => effect.lists === "joined").map(({ target }) => target),
    ...stores.flatMap(serversOf),
    ...stores.flatMap(({ group }) => group?.watchers ?? []),
  ]);
}
