import type { RunEvent } from "../history/events.ts";
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
