import type { PictureEvent } from "../picture/moments.ts";

/** Requests that a page gets that is opened late; older ones of users who still ask are not missed in a picture. */
const requestsKept = 200_000;

/** What happens in a lab, for whoever looks: those who come late get what has been so far. */
export class Feed {
  #startedAt = performance.now();
  #events: PictureEvent[] = [];
  #requests = 0;
  readonly #readers = new Set<PictureEvent[]>();

  /** Milliseconds since the run began. */
  now(): number {
    return Math.round((performance.now() - this.#startedAt) * 10) / 10;
  }

  /** A run begins with its `run` event; everything before it is forgotten. */
  record(event: PictureEvent): void {
    if (event.type === "run") this.#begin();
    this.#events.push(event);
    for (const unread of this.#readers) unread.push(event);
    if (event.type === "operation" && ++this.#requests > requestsKept * 1.5) this.#forgetOldRequests();
  }

  /** Everything so far, and then what comes. */
  open(): Reader {
    const unread = [...this.#events];
    this.#readers.add(unread);
    return {
      read: () => unread.splice(0),
      close: () => {
        this.#readers.delete(unread);
      },
    };
  }

  #begin(): void {
    this.#startedAt = performance.now();
    this.#events = [];
    this.#requests = 0;
  }

  /** Logins stay: without them nobody knows who is who. */
  #forgetOldRequests(): void {
    let surplus = this.#requests - requestsKept;
    this.#events = this.#events.filter(
      (event) => event.type !== "operation" || event.kind !== "who-am-i" || surplus-- <= 0,
    );
    this.#requests = requestsKept;
  }
}

export interface Reader {
  /** What has come since the last time. */
  read(): PictureEvent[];
  close(): void;
}
