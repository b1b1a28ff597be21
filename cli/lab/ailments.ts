import type { FaultEffect } from "../history/events.ts";
import { factsOf } from "../history/services.ts";
import { problemsOf } from "../servers/redis/condition.ts";
import { conditionOf, saveAgain } from "../servers/redis/saves.ts";
import { keepsAof } from "../servers/redis/settings.ts";
import { isRedis, restoreSettings } from "../servers/session-servers.ts";
import { changeStanding, readStandings } from "../servers/standings.ts";
import type { ContainerState, Deployment } from "../subject/deployment.ts";
import type { Lab } from "./identity/lab.ts";
import { labDeployment } from "./lab-deployment.ts";
import type { LabEngine } from "./lab-engine.ts";
import { labServices } from "./services.ts";

/** What is wrong with a service, and what mends it. A service can be ill in two ways. */
export interface Ailment {
  service: string;
  /** What was found, e.g. `not running, exit code 137`. */
  found: string;
  /** What is done about it. */
  cure:
    | "started"
    | "unfrozen"
    | "attached again"
    | "put back in the lists"
    | "saves again"
    | "settings put back"
    | "healed"
    | "looked at";
}

/** Whatever of these services is dead, frozen or cut off, in the order in which it can be mended. */
export function ailmentsOf(states: readonly ContainerState[]): Ailment[] {
  return states.flatMap(({ service, running, paused, attached, exitCode }): Ailment[] => [
    ...(paused ? [{ service, found: "frozen", cure: "unfrozen" } as const] : []),
    ...(attached ? [] : [{ service, found: "cut off from the network", cure: "attached again" } as const]),
    ...(running ? [] : [{ service, found: `not running, exit code ${exitCode}`, cure: "started" } as const]),
  ]);
}

/**
 * All that is wrong and shows: what the engine says, the balancers' lists, and what Redis servers say of themselves. One order to the
 * engine for each Redis server, all at once.
 */
export async function findAilments(lab: Lab, engine: LabEngine): Promise<Ailment[]> {
  const deployment = labDeployment(lab, engine);
  const states = await deployment.states();
  const [lists, redis] = await Promise.all([
    changedLists(deployment),
    Promise.all(states.map((state) => ailmentsOfRedis(state, deployment))),
  ]);
  return [...ailmentsOf(states), ...redis.flat(), ...lists];
}

/** Of a server that cannot be asked, or does not answer, other things are said. */
async function ailmentsOfRedis(
  { service, running, paused, command }: ContainerState,
  deployment: Deployment,
): Promise<Ailment[]> {
  if (!running || paused || !isRedis(factsOf(labServices(), service))) return [];
  const condition = await conditionOf({ service, deployment });
  const usual = { appendOnly: keepsAof(command) };
  return (condition ? problemsOf(condition, usual) : []).map((problem) => ({ service, ...problem }));
}

/** Who stands otherwise in the balancers' lists than its files say. A balancer that is down has no list; started again, it has its own. */
async function changedLists(deployment: Deployment): Promise<Ailment[]> {
  const standings = await readStandings({ services: labServices(), deployment }).catch(() => ({}));
  return Object.entries(standings).map(([service, standing]) => ({
    service,
    found: `${standing} in the balancers' lists`,
    cure: "put back in the lists" as const,
  }));
}

/** Does what an ailment needs; does not wait for its effect. */
export async function mend({ service, cure }: Ailment, deployment: Deployment): Promise<void> {
  if (cure === "unfrozen") await (await deployment.containerOf(service)).unpause();
  if (cure === "attached again") await deployment.join(service);
  if (cure === "started") await deployment.bring(service);
  if (cure === "put back in the lists")
    await changeStanding({ services: labServices(), deployment }, service, undefined);
  if (cure === "saves again") await saveAgain({ service, deployment });
  if (cure === "settings put back") await restoreSettings({ service, deployment }, labServices());
}

/**
 * Whether a look finds what a fault does, while it lasts: what is dead, frozen, cut off, in other lists, set otherwise. What is over at
 * once, as another process, has nothing to be found.
 */
export function showsItself({ process, reach, lists, data = "fills" }: FaultEffect): boolean {
  return process !== undefined || reach !== undefined || lists !== undefined || data !== "fills";
}
