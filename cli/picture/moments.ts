import type { FaultEvent, HistoryEvent, OperationEvent } from "../history/events.ts";

/** The state of a container, as a picture shows it. `unclear`: a fault was injected, but its two signs did not appear. */
export type Condition = "up" | "down" | "frozen" | "cut-off" | "unclear";

/**
 * A look at the running lab, for live pictures: no history has it. What it says of a service is believed more than what the
 * faults suggest, because a service may also be broken by other hands.
 */
export interface LookEvent {
  type: "look";
  /** When the look began. */
  at: number;
  conditions: Record<string, Condition>;
  /** Sessions that were counted in a service; null where nobody could say. */
  sessions: Record<string, number | null>;
}

export type PictureEvent = HistoryEvent | LookEvent;

/** When something is known, in ms since the run began: an operation when it is answered, everything else when it happens. */
export function momentOf(event: PictureEvent): number {
  if (event.type === "run") return 0;
  return event.type === "operation" ? event.at + event.ms : event.at;
}

/**
 * What happened, in the order in which it became known, and once more the operations in the order in which they were begun: a
 * request is on its way before anybody knows its answer. Events that come late are put where they belong.
 */
export class Moments {
  readonly events: PictureEvent[] = [];
  readonly requests: OperationEvent[] = [];
  /** Without those that were done beforehand. */
  readonly faults: FaultEvent[] = [];
  /** The longest that a request took, in ms. */
  longestMs = 0;
  /** Grows when an event is put before others: whoever has read on has to begin anew. */
  disorder = 0;

  /** The last moment, in ms. */
  get end(): number {
    const last = this.events.at(-1);
    return last === undefined ? 0 : momentOf(last);
  }

  /** A run begins: everything before it is another run's. */
  add(event: PictureEvent): void {
    if (event.type === "run") {
      this.events.length = 0;
      this.requests.length = 0;
      this.faults.length = 0;
      this.longestMs = 0;
      this.disorder += 1;
    }
    if (!putInOrder(this.events, event, momentOf)) this.disorder += 1;
    if (event.type === "fault" && !event.condition) putInOrder(this.faults, event, ({ at }) => at);
    if (event.type !== "operation") return;
    putInOrder(this.requests, event, ({ at }) => at);
    this.longestMs = Math.max(this.longestMs, event.ms);
  }
}

/** @returns whether it is the last one */
function putInOrder<Item>(items: Item[], item: Item, timeOf: (item: Item) => number): boolean {
  const time = timeOf(item);
  const last = items.at(-1);
  const index = last === undefined || timeOf(last) <= time ? items.length : firstAfter(items, time, timeOf);
  if (index === items.length) items.push(item);
  else items.splice(index, 0, item);
  return index === items.length - 1;
}

/** The index of the first item whose time is later than this. */
export function firstAfter<Item>(items: readonly Item[], time: number, timeOf: (item: Item) => number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOf(items[middle]!) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
