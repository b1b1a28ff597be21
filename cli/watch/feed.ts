import type { LookEvent, PictureEvent } from "../picture/moments.ts";
import { LooksThatTell } from "./looks-that-tell.ts";

export interface FeedOptions {
  /** Requests that a page gets that is opened late; older ones of users who still ask are not missed in a picture. */
  requestsKept?: number;
  /** The same of what was done to services, and of looks that told something new, each. */
  othersKept?: number;
}

/** A lab that is watched goes on for a working day: who comes late sees the last minute, and how everything is. */
export const forLongDays = { requestsKept: 1_500, othersKept: 300 } satisfies FeedOptions;

/**
 * What happens in a lab, for whoever looks: those who come late get what has been so far, of which the old is forgotten that
 * changes no picture of now.
 */
export class Feed {
  readonly #options: Required<FeedOptions>;
  #startedAt = performance.now();
  #events: PictureEvent[] = [];
  #looks = new LooksThatTell();
  readonly #counts = { requests: 0, faults: 0, looks: 0 };
  readonly #readers = new Set<Reader>();

  constructor({ requestsKept = 200_000, othersKept = 10_000 }: FeedOptions = {}) {
    this.#options = { requestsKept, othersKept };
  }

  /** Milliseconds since the run began. */
  now(): number {
    return Math.round((performance.now() - this.#startedAt) * 10) / 10;
  }

  /** A run begins with its `run` event; everything before it is forgotten. A look that tells nothing new is not kept at all. */
  record(event: PictureEvent): void {
    if (event.type === "run") this.#begin();
    const told = event.type === "look" ? this.#looks.newIn(event) : event;
    if (!told) return;
    if (told.type === "fault") this.#looks.forget(told);
    this.#events.push(told);
    this.#forgetSurplus(told);
    for (const reader of this.#readers) reader.hear(told, this.#events);
  }

  /** Everything so far, and then what comes. */
  open(): Reader {
    const reader = new Reader(this.#events, () => this.#readers.delete(reader));
    this.#readers.add(reader);
    return reader;
  }

  #begin(): void {
    this.#startedAt = performance.now();
    this.#events = [];
    this.#looks = new LooksThatTell();
    Object.assign(this.#counts, { requests: 0, faults: 0, looks: 0 });
  }

  /** Only when half as much again is there, so that it costs little. */
  #forgetSurplus({ type }: PictureEvent): void {
    const { requestsKept, othersKept } = this.#options;
    if (type === "operation" && ++this.#counts.requests > requestsKept * 1.5) {
      this.#events = withoutOldest(this.#events, { kept: requestsKept, about: requestOf });
      this.#counts.requests = requestsKept;
    }
    if (type === "fault" && ++this.#counts.faults > othersKept * 1.5) {
      this.#events = withoutOldest(this.#events, { kept: othersKept, about: faultOf });
      this.#counts.faults = othersKept;
    }
    if (type === "look" && ++this.#counts.looks > othersKept * 1.5) {
      this.#events = withOldLooksInOne(this.#events, othersKept);
      this.#counts.looks = othersKept;
    }
  }
}

/** One who looks. Who reads slower than things happen, and so has more to read than there is by now, begins anew. */
export class Reader {
  #unread: PictureEvent[];
  readonly close: () => void;

  constructor(events: readonly PictureEvent[], close: () => void) {
    this.#unread = [...events];
    this.close = close;
  }

  hear(event: PictureEvent, all: readonly PictureEvent[]): void {
    this.#unread.push(event);
    if (this.#unread.length > all.length) this.#unread = [...all];
  }

  /** What has come since the last time. */
  read(): PictureEvent[] {
    return this.#unread.splice(0);
  }
}

/** Logins stay: without them nobody knows who is who. So does the last request of each, which says how everybody is. */
const requestOf = (event: PictureEvent) =>
  event.type === "operation" && event.kind === "who-am-i" ? `${event.user} ${event.jar}` : undefined;

const faultOf = (event: PictureEvent) => (event.type === "fault" ? `${event.kind} ${event.target}` : undefined);

/** Forgets the oldest events of a kind, but not the last one about each thing. @param about undefined for other kinds */
function withoutOldest(
  events: readonly PictureEvent[],
  { kept, about }: { kept: number; about: (event: PictureEvent) => string | undefined },
): PictureEvent[] {
  const stays = new Set<PictureEvent>(new Map(events.map((event) => [about(event), event])).values());
  let surplus = events.filter((event) => about(event) !== undefined).length - kept;
  return events.filter((event) => about(event) === undefined || surplus-- <= 0 || stays.has(event));
}

/** What the oldest looks told, in one. */
function withOldLooksInOne(events: readonly PictureEvent[], kept: number): PictureEvent[] {
  const looks = events.filter((event) => event.type === "look");
  const old = looks.slice(0, Math.max(0, looks.length - kept + 1));
  const all: LookEvent = { type: "look", at: old.at(-1)!.at, conditions: {}, sessions: {} };
  for (const { conditions, sessions } of old) {
    Object.assign(all.conditions, conditions);
    Object.assign(all.sessions, sessions);
  }
  const isOld = new Set<PictureEvent>(old);
  return events.flatMap((event) => (event === old.at(-1) ? [all] : isOld.has(event) ? [] : [event]));
}
