import type { FaultEvent, RunEvent } from "../history/events.ts";
import { Moments, momentOf, type PictureEvent } from "./moments.ts";
import { newPicture, noteInPicture, type Picture } from "./picture.ts";
import { type DotsAt, dotsAt } from "./requests.ts";

/** A run that can be looked at as of any moment: forwards quickly, backwards from the last picture before it that was kept. */
export class Film {
  readonly moments = new Moments();
  readonly #keepEvery: number;
  #picture: Picture | undefined;
  #read = 0;
  #disorder = 0;
  /** As it was after so many events, oldest first. */
  #kept: { read: number; picture: Picture }[] = [];

  /** @param options.keepEvery a picture is kept after so many events each */
  constructor({ keepEvery = 20_000 } = {}) {
    this.#keepEvery = keepEvery;
  }

  add(event: PictureEvent): void {
    this.moments.add(event);
  }

  /** The last moment, in ms since the run began. */
  get end(): number {
    return this.moments.end;
  }

  /** What is known at this moment; undefined before a run has begun. */
  at(at: number): Picture | undefined {
    const { events, disorder } = this.moments;
    const [first] = events;
    if (first?.type !== "run") return undefined;
    if (!this.#picture || at < this.#picture.at || this.#disorder !== disorder) this.#rewind(first, at);
    const picture = this.#picture!;
    while (this.#read < events.length && momentOf(events[this.#read]!) <= at) {
      noteInPicture(picture, events[this.#read]!);
      this.#read += 1;
      if (this.#read % this.#keepEvery === 0) this.#keep();
    }
    picture.at = at;
    return picture;
  }

  /** The requests under way at this moment, each shown for at least `shownMs` of the run's time. */
  dots(picture: Picture, shownMs: number): DotsAt {
    return dotsAt(this.moments, picture.record, { at: picture.at, shownMs });
  }

  #rewind(run: RunEvent, at: number): void {
    const { events, disorder } = this.moments;
    if (this.#disorder !== disorder) this.#kept = [];
    this.#disorder = disorder;
    const kept = this.#kept.findLast(({ read }) => momentOf(events[read - 1]!) <= at);
    this.#picture = kept ? structuredClone(kept.picture) : newPicture(run);
    this.#read = kept?.read ?? 1;
  }

  #keep(): void {
    if ((this.#kept.at(-1)?.read ?? 0) >= this.#read) return;
    this.#kept.push({ read: this.#read, picture: structuredClone(this.#picture!) });
  }
}

interface FaultSpan {
  from: number;
  to?: number;
  what: string;
}

/** From when to when something was broken, for the time line; `to` is undefined while it lasts. Faults of one kind at a time are one. */
export function faultSpans({ faults }: Pick<Moments, "faults">): FaultSpan[] {
  const spans: (FaultSpan & { kind: string; targets: string[] })[] = [];
  for (const { kind, target, from, to } of singleSpans(faults)) {
    const known = spans.find((span) => span.kind === kind && from <= (span.to ?? Number.POSITIVE_INFINITY));
    if (!known) {
      spans.push({ from, ...(to === undefined ? {} : { to }), what: `${kind} ${target}`, kind, targets: [target] });
      continue;
    }
    if (!known.targets.includes(target)) known.targets.push(target);
    known.what = `${kind} ${known.targets.join(", ")}`;
    if (to === undefined) delete known.to;
    else if (known.to !== undefined) known.to = Math.max(known.to, to);
  }
  return spans.map(({ kind: _, targets: __, ...span }) => span);
}

function singleSpans(faults: readonly FaultEvent[]): { kind: string; target: string; from: number; to?: number }[] {
  const spans: { kind: string; target: string; from: number; to?: number; lasts: boolean }[] = [];
  for (const { kind, target, state, at } of faults) {
    if (state === "injecting") spans.push({ kind, target, from: at, lasts: false });
    const open = spans.findLast((span) => span.kind === kind && span.target === target && span.to === undefined);
    // What could not be injected did not last; what could not be healed did.
    const isOver = state === "healed" || (state === "failed" && open?.lasts === false);
    if (state === "injected" && open) open.lasts = true;
    if (isOver && open) open.to = at;
  }
  return spans;
}
