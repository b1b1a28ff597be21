import * as z from "zod";
import { mostNames } from "./bounds.ts";
import {
  type FaultEffect,
  fault,
  type HistoryEvent,
  historyVersion,
  parseEvent,
  type RunEvent,
  run,
} from "./events.ts";
import type { ServiceFacts } from "./facts.ts";
import { name } from "./values.ts";

/**
 * Histories of version 1 named the app servers only, and of a fault only its kind: what that does, and what the other services
 * were, was known to whoever read them. It is written down here, once more and for good.
 */

const runBefore = run
  .omit({ historyVersion: true, services: true })
  .extend({ historyVersion: z.literal(1), appServers: z.array(name).min(1).max(mostNames) });
const faultBefore = fault.omit({ effect: true, condition: true });

/** Whether this is the first line of a history of version 1. */
export function isOfVersion1(value: unknown): boolean {
  return (value as { historyVersion?: unknown } | null)?.historyVersion === 1;
}

/**
 * Reads a history of version 1, event by event.
 *
 * @returns what to ask for each value, from the first on: the events that version 2 has in its place
 */
export function upgrading(): (value: unknown) => HistoryEvent[] {
  let victim = "";
  return (value) => {
    switch ((value as { type?: unknown } | null)?.type) {
      case "run": {
        const upgraded = upgradedRun(value);
        victim = upgraded.victim;
        return [upgraded];
      }
      case "fault": {
        const event = faultBefore.parse(value);
        return [{ ...event, effect: effects.get(event.kind) ?? {} }];
      }
      default:
        return withTakingAway(parseEvent(value), victim);
    }
  };
}

function upgradedRun(value: unknown): RunEvent {
  const { appServers, ...rest } = runBefore.parse(value);
  const stores = rest.architectures.flatMap(({ store: { server, group } }) => group?.services ?? server ?? []);
  const services: ServiceFacts[] = [
    ...appServers.map((name) => ({ name, role: "app-server" as const })),
    { name: "nginx", role: "balancer", kind: "nginx" },
    { name: "balancer", role: "balancer", kind: "node-balancer" },
    ...[...new Set(stores)].map((name) => ({ name, role: "store" as const })),
  ];
  return { ...rest, historyVersion, services };
}

/** A server that was taken away before the experiment had a step, and no fault. */
function withTakingAway(event: HistoryEvent, victim: string): HistoryEvent[] {
  if (event.type !== "step" || event.step !== "take-away") return [event];
  const stopped = { type: "fault", at: event.at, kind: "stop", target: victim, condition: true } as const;
  return [event, ...(["injecting", "injected"] as const).map((state) => ({ ...stopped, state, effect: stops }))];
}

const stops: FaultEffect = { process: "ends" };

/** Of all kinds that there were. */
const effects: ReadonlyMap<string, FaultEffect> = new Map<string, FaultEffect>([
  ["kill", { process: "ends" }],
  ["stop", stops],
  ["restart", { process: "restarts" }],
  ["return", { process: "begins" }],
  ["freeze", { process: "freezes" }],
  ["partition", { reach: "nobody" }],
  ["drain", { lists: "draining" }],
  ["leave", { lists: "out" }],
  ["join", { lists: "joined" }],
  ["evict", { data: "evicts" }],
  ["evict-expiring", { data: "evicts" }],
  ["refuse-writes", { data: "refuses-writes" }],
  ["aof-at-restart", { process: "restarts", data: "reads-new-file" }],
  ["aof-then-restart", { process: "restarts" }],
]);
