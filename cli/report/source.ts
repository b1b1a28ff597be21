import type { HistoryEvent } from "../history/events.ts";
import type { Result } from "../verdict/result.ts";

/** What a report is made from: the result document, and the history of each trial. */
export interface ReportSource {
  result: Result;
  /** One a trial, in order; each call reads it from the beginning. */
  histories: readonly (() => AsyncIterable<HistoryEvent>)[];
}

/** A report in pieces, because that of a long run does not fit into one string. */
export type ReportText = AsyncGenerator<string>;
