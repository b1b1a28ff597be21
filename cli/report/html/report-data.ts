import type { FaultEvent, OperationEvent, SettledEvent } from "../../history/events.ts";
import type { SessionVerdict } from "../../verdict/session-verdict.ts";

/** What the page is given besides its text: JSON in a script element that is not run. */
export interface PageData {
  /** Those of the beginning, then those that joined. */
  appServers: string[];
  trials: TrialData[];
}

export interface TrialData {
  victim: string;
  /** What the page shows of the trial (`ShownEvent`), packed by an `EventPacker`. */
  events: string;
}

/** First what happened, in the order of the history; then what became of each session. */
export type ShownEvent = ShownOperation | FaultEvent | SettledEvent | ShownSession;

/** What the page shows of an operation; times in whole milliseconds. */
export type ShownOperation = Pick<
  OperationEvent,
  "type" | "at" | "ms" | "user" | "kind" | "answer" | "jar" | "connection" | "server" | "reason"
>;

export interface ShownSession extends SessionVerdict {
  type: "session";
}
