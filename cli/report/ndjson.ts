import { jsonLine } from "./json.ts";
import type { ReportSource, ReportText } from "./source.ts";

/** Written in one piece; a system call for each of 200,000 lines would be felt. */
const linesAtOnce = 1_000;

/**
 * NDJSON, for `jq` and notebooks: the events of each trial in order (cli/history/events.ts says what they mean), then one line
 * `{"type":"result","result":{...}}` with the result document.
 */
export async function* eventsReport({ result, histories }: ReportSource): ReportText {
  for (const history of histories) {
    let lines: string[] = [];
    for await (const event of history()) {
      lines.push(jsonLine(event));
      if (lines.length < linesAtOnce) continue;
      yield lines.join("");
      lines = [];
    }
    yield lines.join("");
  }
  yield jsonLine({ type: "result", result });
}
