import type { RunEvent } from "../history/events.ts";
import { Moments, momentOf, type PictureEvent } from "./moments.ts";
import { newPicture, noteInPicture, type Picture } from "./picture.ts";
import { type DotsAt, dotsAt } from "./requests.ts";

/** A run that can be looked at as of any moment, forwards quickly, backwards by beginning anew. */
export class Film {
  readonly moments = new Moments();
  #picture: Picture | undefined;
  #read = 0;
  #disorder = 0;

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
    if (!this.#picture || at < this.#picture.at || this.#disorder !== disorder) this.#rewind(first);
    const picture = this.#picture!;
    for (; this.#read < events.length && momentOf(events[this.#read]!) <= at; this.#read++)
      noteInPicture(picture, events[this.#read]!);
    picture.at = at;
    return picture;
  }

  /** The requests under way at this moment, each shown for at least `shownMs` of the run's time. */
  dots(picture: Picture, shownMs: number): DotsAt {
    return dotsAt(this.moments, picture.record, { at: picture.at, shownMs });
  }

  #rewind(run: RunEvent): void {
    this.#picture = newPicture(run);
    this.#read = 1;
    this.#disorder = this.moments.disorder;
  }
}

/** From when to when something was broken, for the time line; `to` is undefined while it lasts. */
export function faultSpans({ faults }: Pick<Moments, "faults">): { from: number; to?: number; what: string }[] {
  const spans: { from: number; to?: number; what: string; key: string; lasts: boolean }[] = [];
  for (const { kind, target, state, at } of faults) {
    const key = `${kind} ${target}`;
    if (state === "injecting") spans.push({ from: at, what: key, key, lasts: false });
    const open = spans.findLast((span) => span.key === key && span.to === undefined);
    // What could not be injected did not last; what could not be healed did.
    const isOver = state === "healed" || (state === "failed" && open?.lasts === false);
    if (state === "injected" && open) open.lasts = true;
    if (isOver && open) open.to = at;
  }
  return spans.map(({ key: _, lasts: __, ...span }) => span);
}
