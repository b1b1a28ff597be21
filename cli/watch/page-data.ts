import type { PictureEvent } from "../picture/moments.ts";

/** What the page is told when it is opened; it is in the page, as JSON. */
export interface PageData {
  /** Name of the balancer's service. */
  balancer: string;
  /** The events of a stored run (packed by an `EventPacker`), to be played; without it the page asks for live ones. */
  recording?: string;
  /** Fault kinds that may be injected from the page; none where it may not. */
  faults: readonly string[];
}

/** What is sent of a live lab, several times a second: also without events, so that the page knows what time it is. */
export interface LiveBatch {
  /** Milliseconds since the run began. */
  now: number;
  events: PictureEvent[];
}

/** What a page may ask for. */
export type Wish =
  | { do: "fault"; kind: string; service: string }
  | { do: "heal"; service: string }
  | { do: "new-users" };

/** What became of a wish; `says` is for people. */
export interface Answered {
  ok: boolean;
  says: string;
}
