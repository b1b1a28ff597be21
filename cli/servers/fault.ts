import type { Evidence, FaultEffect } from "../history/events.ts";
import type { ContainerState } from "../subject/deployment.ts";
import type { Target } from "../theory/targets.ts";
import type { Newcomers } from "./newcomers.ts";
import type { Feeling } from "./probe/feeling.ts";
import { ballast } from "./redis/settings.ts";
import type { Service } from "./service.ts";

/** What is known of a service at one moment. */
export interface Signs {
  state: ContainerState;
  feeling: Feeling;
  /** Looked at only for what changes the balancers' lists. */
  newcomers?: Newcomers;
}

/** A way of breaking a service: one file in cli/faults, whose name is its kind. */
export interface FaultDefinition {
  /** What the victim and its users experience, in a sentence. */
  experience: string;
  /** Other words for it. */
  also?: readonly string[];
  /** What it does, for whoever judges, heals or draws it. */
  effect: FaultEffect;
  /** The only services that it can hit, `withCopies` those that replicas follow; any of those that run where it is left out. */
  hits?: { kind: string; withCopies?: true };
  inject(service: Service): Promise<void>;
  /** Undoes it; must also work after half an injection, and when there is nothing to undo. */
  heal(service: Service): Promise<void>;
  /** Does the engine say that it happened? */
  engineShows(after: Signs, before: Signs): boolean;
  /** Is it felt by whoever uses the service? */
  isFelt(after: Signs, before: Signs): boolean;
  /** The two signs in words, where the state of the container and the feeling say too little. */
  says?(after: Signs): { engine: string; felt: string };
}

/** A fault aimed at a service by its name; `Fault<Target>` is one as a scenario aims it. */
export interface Fault<Aim extends Target = string> extends FaultDefinition {
  kind: string;
  target: Aim;
}

/** The word that scenarios use for a fault: `inject(kill(victim))`, `inject(kill("app2"))`. */
export type FaultWord = <Aim extends Target>(target: Aim) => Fault<Aim>;

export function defineFault(kind: string, definition: FaultDefinition): FaultWord {
  return (target) => ({ ...definition, kind, target });
}

/** The process that was there is not there any more, or one is that was not. */
export function changesProcess({ process }: FaultEffect): boolean {
  return process !== undefined && process !== "freezes";
}

export async function signsOf(service: Service, { effect }: Pick<FaultDefinition, "effect">): Promise<Signs> {
  const [state, feeling, newcomers] = await Promise.all([
    service.state(),
    service.feel(),
    effect.lists ? service.newcomers() : undefined,
  ]);
  return { state, feeling, ...(newcomers ? { newcomers } : {}) };
}

/** The two independent signs that a fault happened, as evidence for the history. */
export function evidenceFor(fault: FaultDefinition, after: Signs, before: Signs): Evidence[] {
  const { state, feeling, newcomers } = after;
  const says = fault.says?.(after) ?? {
    engine: newcomers ? sayStanding(state.service, newcomers) : sayState(state),
    felt: newcomers ? sayNewcomers(state.service, newcomers) : sayChange(feeling, before.feeling),
  };
  return [
    { source: "engine", shows: fault.engineShows(after, before), says: says.engine },
    { source: "felt", shows: fault.isFelt(after, before), says: says.felt },
  ];
}

/** When no look at the two signs came to an end in time. */
export function unseenEvidence(withinMs: number): Evidence[] {
  const says = `no look came to an end within ${withinMs / 1_000} s`;
  return (["engine", "felt"] as const).map((source) => ({ source, shows: false, says }));
}

/**
 * A number out of Redis `INFO`; 0 where it is not said. `keys` and `expires` are those of `db0`, and `errorstat_...` is said
 * as `count=3`.
 */
export function infoNumber({ info = {} }: Feeling, field: string): number {
  if (field === "keys" || field === "expires")
    return Number(new RegExp(`(?:^|,)${field}=(\\d+)`).exec(info.db0 ?? "")?.[1] ?? 0);
  return Number(info[field]?.replace("count=", "") ?? 0);
}

/** Keys are missing of those that were written, the other application's among them once it has come. */
export function keysWentMissing(after: Feeling, before: Feeling): boolean {
  return endlessKeys(after) > 0 && infoNumber(after, "keys") < keysWritten(before);
}

/** The other application's: sessions have an end. */
export function endlessKeys(feeling: Feeling): number {
  return infoNumber(feeling, "keys") - infoNumber(feeling, "expires");
}

/** How many keys there would be if none went: with the other application's, which are written first where they are missing. */
function keysWritten(before: Feeling): number {
  const keys = infoNumber(before, "keys");
  return endlessKeys(before) >= ballast.keys ? keys : keys + ballast.keys;
}

function sayStanding(service: string, { standing }: Newcomers): string {
  return standing ? `the balancers run with ${service} ${standing}` : `the balancers run with ${service} as in nginx/`;
}

function sayNewcomers(service: string, { comeBy, stayAwayBy }: Newcomers): string {
  const come = comeBy.length > 0 ? `new browsers reach ${service} by ${comeBy.join(", ")}` : "";
  const stay = stayAwayBy.length > 0 ? `none reaches ${service} by ${stayAwayBy.join(", ")}` : "";
  return [come, stay].filter(Boolean).join("; ");
}

function sayState({ service, running, paused, exitCode, attached, startedAt }: ContainerState): string {
  if (!running) return `${service} is not running, exit code ${exitCode}`;
  if (paused) return `${service} is paused`;
  if (!attached) return `${service} is not attached to the lab's network`;
  return `${service} is running since ${startedAt}`;
}

function sayChange(after: Feeling, before: Feeling): string {
  return after.life && before.life && after.life !== before.life
    ? `${after.says} (before: ${before.life.slice(0, 8)})`
    : after.says;
}
