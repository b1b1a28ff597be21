import { named } from "../history/services.ts";
import type { Lab } from "../lab/identity/lab.ts";
import type { LabEngine } from "../lab/lab-engine.ts";
import { labSubject } from "../lab/lab-subject.ts";
import type { Condition, LookEvent } from "../picture/moments.ts";
import { sessionsIn } from "../servers/sessions-seen.ts";
import type { ContainerState } from "../subject/deployment.ts";
import type { Door } from "../subject/site.ts";
import type { Architecture } from "../theory/architectures.ts";

export interface LookOptions {
  lab: Lab;
  engine: LabEngine;
  door: Door;
  architectures: readonly Architecture[];
}

/** How every container is, as the engine says: quick, so that a death is seen at once. */
export async function lookAtContainers({ lab, engine }: LookOptions, now: () => number): Promise<LookEvent> {
  const at = now();
  const states = await engine.states(lab);
  return { type: "look", at, conditions: conditionsOf(states), sessions: {} };
}

export function conditionsOf(states: readonly ContainerState[]): Record<string, Condition> {
  return Object.fromEntries(states.map((state) => [state.service, conditionOf(state)]));
}

function conditionOf({ running, paused, attached }: ContainerState): Condition {
  if (!running) return "down";
  if (paused) return "frozen";
  return attached ? "up" : "cut-off";
}

/** How many sessions there are, as the app servers count them: in their own memory, and in each store's server. */
export async function countSessions(
  { lab, engine, door, architectures }: LookOptions,
  now: () => number,
): Promise<LookEvent> {
  const at = now();
  const appServers = named(labSubject(lab, engine).services, "app-server");
  const stores = [...new Map(architectures.map(({ store }) => [store.id, store])).values()];
  const sessions: LookEvent["sessions"] = {};
  for (const { id, livesIn, server } of stores.filter((store) => store.livesIn !== "browser")) {
    const seen = await sessionsIn(id, door, appServers);
    if (livesIn === "app-server") Object.assign(sessions, seen);
    // Everybody sees the same server; whoever reaches it may say.
    else if (server !== null) sessions[server] = Object.values(seen).find((count) => count !== null) ?? null;
  }
  return { type: "look", at, conditions: {}, sessions };
}
