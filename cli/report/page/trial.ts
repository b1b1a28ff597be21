import type { SettledEvent } from "../../history/events.ts";
import { type FaultSpan, faultSpans } from "../../picture/fault-spans.ts";
import type { SessionVerdict } from "../../verdict/session-verdict.ts";
import type { ShownEvent, ShownOperation, TrialData } from "../html/report-data.ts";
import { unpackEvents } from "./unpack-events.ts";

/** One trial as the page draws it. */
export interface Trial {
  /** Until the last thing that is drawn happened, in ms; removing the lab is not drawn. */
  spanMs: number;
  faults: FaultSpan[];
  settledAt: number[];
  /** In the order in which their users entered. */
  sessions: Session[];
}

/** One session: the verdict on it, and all that its browser asked. */
export interface Session extends SessionVerdict {
  operations: readonly ShownOperation[];
}

/** @throws Error when the data are damaged */
export async function readTrial({ events }: Pick<TrialData, "events">): Promise<Trial> {
  const collected = new CollectedTrial();
  await unpackEvents<ShownEvent>(events, (event) => collected.add(event));
  return collected.trial();
}

class CollectedTrial {
  readonly #operations = new Map<string, ShownOperation[]>();
  readonly #faults: Extract<ShownEvent, { type: "fault" }>[] = [];
  readonly #settled: SettledEvent[] = [];
  readonly #sessions: Session[] = [];
  #spanMs = 1;

  add(event: ShownEvent): void {
    if (event.type === "session") {
      const { type: _, ...session } = event;
      this.#sessions.push({ ...session, operations: this.#operations.get(session.user) ?? [] });
      return;
    }
    this.#spanMs = Math.max(this.#spanMs, event.at + (event.type === "operation" ? event.ms : 0));
    if (event.type === "fault") this.#faults.push(event);
    else if (event.type === "settled") this.#settled.push(event);
    else {
      const own = this.#operations.get(event.user);
      if (own) own.push(event);
      else this.#operations.set(event.user, [event]);
    }
  }

  trial(): Trial {
    return {
      spanMs: Math.ceil(this.#spanMs),
      faults: faultSpans({ faults: this.#faults }),
      settledAt: this.#settled.map(({ at }) => at),
      sessions: this.#sessions,
    };
  }
}
