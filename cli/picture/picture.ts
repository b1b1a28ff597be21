import { endsProcess } from "../history/effects.ts";
import type { Answer, FaultEffect, FaultEvent, OperationEvent, Phase, RunEvent, UserEvent } from "../history/events.ts";
import { named, servicesIn } from "../history/services.ts";
import { sayDisturbance } from "../verdict/disturbances.ts";
import { noteEvent } from "../verdict/note-event.ts";
import { newRun, type RunRecord } from "../verdict/run-record.ts";
import { appServerIn } from "./app-server-in.ts";
import type { Condition, LookEvent, PictureEvent } from "./moments.ts";

/**
 * What a picture shows at one moment: a function of the events up to then. Fates are not made up here: `record` is the judge's
 * own, and `tally.ts` asks the judge.
 */
export interface Picture {
  /** In ms since the run began. */
  at: number;
  run: RunEvent;
  /** Those of the beginning; then others as they join, or answer. */
  appServers: string[];
  record: RunRecord;
  phase: Phase;
  /** The last sentence that the narrator said. */
  says: string;
  sessions: Map<string, PicturedSession>;
  /** Faults that have been injected and not healed, oldest first. */
  broken: Pick<FaultEvent, "kind" | "target" | "effect" | "state">[];
  /** What looks at the lab said last, by service, and when each look began. */
  looked: Map<string, { condition: Condition; at: number }>;
  counted: Map<string, number | null>;
  /** When the last fault event of a service came: an older look knows nothing of it. */
  faultedAt: Map<string, number>;
  /** What has happened, newest last: for a log of a few lines. */
  log: { at: number; says: string }[];
  /** Requests answered so far. */
  answered: number;
  ended: boolean;
}

export interface PicturedSession {
  user: string;
  architecture: string;
  role: UserEvent["role"];
  /** The last answer to this browser; undefined before the first. */
  answer?: Answer;
  /** The app server that gave the last answer. */
  server?: string;
  /** Logged in, by the last definitive answer. */
  isKnown: boolean;
  /** The service that holds the session's data, or `browser`; undefined before the login, and when its memory is gone. */
  holder?: string;
}

/** In place of a service: the session is in the browser's cookie. */
export const inBrowser = "browser";

export function newPicture(run: RunEvent): Picture {
  return {
    at: 0,
    run,
    appServers: named(servicesIn(run), "app-server"),
    record: newRun(run),
    phase: "baseline",
    says: run.scenario.question,
    sessions: new Map(),
    broken: [],
    looked: new Map(),
    counted: new Map(),
    faultedAt: new Map(),
    log: [],
    answered: 0,
    ended: false,
  };
}

/** Takes the next event into account. */
export function noteInPicture(picture: Picture, event: PictureEvent): void {
  if (event.type !== "look" && event.type !== "run") noteEvent(picture.record, event);
  const appServer = appServerIn(event);
  if (appServer !== undefined && !picture.appServers.includes(appServer)) picture.appServers.push(appServer);
  switch (event.type) {
    case "look":
      noteLook(picture, event);
      return;
    case "step":
      picture.phase = event.phase;
      if (event.says !== undefined) picture.says = event.says;
      return;
    case "user":
      picture.sessions.set(event.user, {
        user: event.user,
        architecture: event.architecture,
        role: event.role,
        isKnown: false,
      });
      return;
    case "operation":
      noteAnswer(picture, event);
      return;
    case "fault":
      noteFault(picture, event);
      return;
    case "settled":
      write(picture, event.at, event.ok ? `settled: ${event.says}` : `not settled: ${event.says}`);
      return;
    case "alert":
      write(picture, event.at, `alert of ${event.service}: ${event.line}`);
      return;
    case "failover":
      write(picture, event.at, `${event.policy} gave up on ${event.server}, which nobody had broken`);
      return;
    case "disturbance":
      write(picture, event.at, `disturbed: ${sayDisturbance(event)}`);
      return;
    case "leftover":
      write(picture, event.at, `left behind: ${event.kind} ${event.name}`);
      return;
    case "end":
      picture.ended = true;
      write(picture, event.at, event.complete ? "the run is over" : `cut short: ${event.reason ?? "no reason given"}`);
      return;
    case "run":
    case "change":
    case "measure":
    case "expectation":
    case "store-seen":
      return;
    default:
      event satisfies never;
  }
}

/** How a service is, as far as is known. */
export function conditionOf({ broken, looked }: Picture, service: string): Condition {
  const seen = looked.get(service)?.condition;
  const faults = broken.filter(({ target }) => target === service);
  if (seen !== undefined) return seen;
  if (faults.some(({ state }) => state === "unconfirmed")) return "unclear";
  const conditions = faults.map(({ effect }) => conditionBy(effect));
  return conditions.find((condition) => condition === "down") ?? conditions.find((one) => one !== "up") ?? "up";
}

/** Does the process go on all the while, and answer? */
export function staysUp(effect: FaultEffect): boolean {
  return conditionBy(effect) === "up" && !endsProcess(effect);
}

/** What is to be said of a service beside its condition: by what it went down, or what lasts although it is up. */
export function remarksOf(picture: Pick<Picture, "broken">, service: string, condition: Condition): string[] {
  const faults = picture.broken.filter(({ target }) => target === service);
  return condition === "down"
    ? faults.filter(({ effect }) => conditionBy(effect) === "down").map(({ kind }) => kind)
    : faults.flatMap(({ effect: { lists, data } }) => [
        ...(lists ? [standings[lists]] : []),
        ...(data ? dataRemarks[data] : []),
      ]);
}

/** How a service is while a fault lasts. A fault that says of nothing what it does leaves that unclear. */
function conditionBy({ process, reach, lists, data }: FaultEffect): Condition {
  if (process === "ends") return "down";
  if (process === "freezes") return "frozen";
  if (reach === "nobody") return "cut-off";
  return (process ?? lists ?? data) ? "up" : "unclear";
}

const standings: Record<NonNullable<FaultEffect["lists"]>, string> = {
  draining: "draining",
  out: "unlisted",
  joined: "joined",
};

const dataRemarks: Record<NonNullable<FaultEffect["data"]>, string[]> = {
  evicts: ["evicting"],
  "refuses-writes": ["read-only"],
  fills: ["filled"],
  "holds-copies-back": ["not copied"],
  "reads-new-file": [],
  saves: [],
};

/** `kill app2: confirmed`. */
export function sayFault({ kind, target, condition, state }: FaultEvent): string {
  return `${kind} ${target}${condition ? " beforehand" : ""}: ${state}`;
}

function noteFault(picture: Picture, event: FaultEvent): void {
  const { kind, target, effect, state, at, evidence } = event;
  const { broken } = picture;
  const felt = evidence?.map(({ says }) => says).join("; ");
  write(picture, at, `${sayFault(event)}${felt ? ` (${felt})` : ""}`);
  if (state === "injecting") return;
  picture.faultedAt.set(target, at);
  picture.looked.delete(target);
  const known = broken.findLast((fault) => fault.kind === kind && fault.target === target);
  if (state === "healed") {
    picture.broken = broken.filter((fault) => fault !== known);
    return;
  }
  if (known) known.state = state;
  else if (state !== "failed" && state !== "healing") broken.push({ kind, target, effect, state });
  if (state === "injected" && effect.process === "begins")
    picture.broken = broken.filter((fault) => fault.target !== target || conditionBy(fault.effect) !== "down");
  if (state === "injected" && endsProcess(effect)) forgetMemoryOf(picture, target);
}

/** A process has ended: what it held in its memory is gone. What a store's server had on disk is not judged here. */
function forgetMemoryOf({ sessions, appServers }: Picture, service: string): void {
  if (!appServers.includes(service)) return;
  for (const session of sessions.values()) if (session.holder === service) delete session.holder;
}

function noteAnswer(picture: Picture, { user, jar, answer, server, kind, outcome }: OperationEvent): void {
  picture.answered += 1;
  const session = picture.sessions.get(user);
  // The other jars only diagnose: it is not the browser that asks.
  if (!session || jar !== "live") return;
  session.answer = answer;
  if (server === undefined) delete session.server;
  else session.server = server;
  if (answer === "me") session.isKnown = true;
  if (answer === "anonymous") session.isKnown = false;
  if (answer === "anonymous" || (kind === "log-out" && outcome === "ok")) delete session.holder;
  else if (answer === "me") {
    const holder = holderOf(picture, session);
    if (holder !== undefined) session.holder = holder;
  }
}

/** Where the data of a session are that has just been recognised. */
function holderOf({ record }: Picture, { architecture, server }: PicturedSession): string | undefined {
  const store = record.architectures.get(architecture)?.store;
  if (store?.livesIn === "app-server") return server;
  return store?.livesIn === "browser" ? inBrowser : (store?.server ?? undefined);
}

function noteLook(picture: Picture, { at, conditions, sessions }: LookEvent): void {
  for (const [service, condition] of Object.entries(conditions)) {
    if (at < (picture.faultedAt.get(service) ?? 0)) continue;
    const before = picture.looked.get(service)?.condition ?? conditionOf(picture, service);
    if (condition !== before) write(picture, at, `${service} is ${conditionWords[condition]}`);
    if (condition === "down" && before !== "down") forgetMemoryOf(picture, service);
    picture.looked.set(service, { condition, at });
  }
  for (const [service, count] of Object.entries(sessions)) picture.counted.set(service, count);
}

/** A sign and a word for each condition: never colour alone. */
export const conditionSigns: Record<Condition, string> = {
  up: "✓",
  down: "✗",
  frozen: "❄",
  "cut-off": "⊘",
  unclear: "?",
};

export const conditionWords: Record<Condition, string> = {
  up: "up",
  down: "down",
  frozen: "frozen",
  "cut-off": "cut off",
  unclear: "unclear",
};

const logLines = 50;

function write({ log }: Picture, at: number, says: string): void {
  log.push({ at, says });
  if (log.length > logLines) log.shift();
}
