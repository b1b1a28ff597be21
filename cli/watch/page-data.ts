import type { PictureEvent } from "../picture/moments.ts";

/** What the page is told when it is opened; it is in the page, as JSON. */
export interface PageData {
  /** The events of a stored run (packed by an `EventPacker`), to be played; without it the page asks for live ones. */
  recording?: string;
  /** Faults that may be injected from the page; none where it may not. */
  faults: readonly FaultChoice[];
}

/** A fault with the word on its button. */
export interface FaultChoice {
  kind: string;
  word: string;
}

/** What is sent of a live lab, several times a second: also without events, so that the page knows what time it is. */
export interface LiveBatch {
  /** Milliseconds since the run began. */
  now: number;
  events: PictureEvent[];
}

/** What became of a request; `says` is for people. */
export interface Answered {
  ok: boolean;
  says: string;
}
