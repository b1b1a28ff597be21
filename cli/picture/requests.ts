import type { Answer, OperationEvent } from "../history/events.ts";
import type { RunRecord } from "../verdict/run-record.ts";
import { firstAfter, type Moments } from "./moments.ts";

/** A request that is on its way at one moment. */
export interface Dot {
  user: string;
  architecture: string;
  kind: OperationEvent["kind"];
  /** 0 leaves the browser, 0.5 is as far as it gets, 1 is back. */
  way: number;
  /** Not known to the browser before the way back. */
  answer: Answer;
  /** The app server that answered; undefined when none did: then it came no further than the balancer, for all we know. */
  server: string | undefined;
  /** The store's server that the app server asked; undefined when the session is elsewhere. */
  store: string | undefined;
}

/** More would be fog, and slow. */
export const dotsAtMost = 240;

export interface DotsAt {
  dots: Dot[];
  /** Requests under way that are not drawn, because there are too many. */
  hidden: number;
}

/**
 * The requests under way at a moment, each drawn for at least `shownMs` (of the run's time), because most are over within a
 * blink. One that takes longer waits where it got stuck.
 */
export function dotsAt(
  { requests, longestMs }: Pick<Moments, "requests" | "longestMs">,
  { sessions, architectures }: Pick<RunRecord, "sessions" | "architectures">,
  { at, shownMs }: { at: number; shownMs: number },
): DotsAt {
  const from = firstAfter(requests, at - Math.max(shownMs, longestMs), ({ at: begin }) => begin);
  const to = firstAfter(requests, at, ({ at: begin }) => begin);
  const underWay: { request: OperationEvent; index: number }[] = [];
  for (let index = from; index < to; index++) {
    const request = requests[index]!;
    if (request.at + Math.max(request.ms, shownMs) > at) underWay.push({ request, index });
  }
  // Always the same ones out of many, from frame to frame: chosen by their place in the history.
  let every = 1;
  while (underWay.length / every > dotsAtMost) every *= 2;
  const drawn = underWay.filter(({ index }) => index % every === 0).slice(0, dotsAtMost);
  const dots = drawn.map(({ request }): Dot => {
    const architecture = sessions.get(request.user)?.architecture ?? "";
    const store = architectures.get(architecture)?.store.server ?? undefined;
    return {
      user: request.user,
      architecture,
      kind: request.kind,
      way: wayOf(request, at, shownMs),
      answer: request.answer,
      server: request.server,
      store: request.server === undefined ? undefined : store,
    };
  });
  return { dots, hidden: underWay.length - drawn.length };
}

function wayOf({ at: begin, ms }: OperationEvent, at: number, shownMs: number): number {
  const half = shownMs / 2;
  const gone = at - begin;
  const left = begin + Math.max(ms, shownMs) - at;
  if (gone < half) return (0.5 * gone) / half;
  return left < half ? 1 - (0.5 * left) / half : 0.5;
}
