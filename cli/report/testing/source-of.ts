import type { HistoryEvent } from "../../history/events.ts";
import { judge } from "../../verdict/judge.ts";
import type { ReportFormat } from "../formats.ts";
import type { ReportSource } from "../source.ts";

/** What a report of this history is made from. */
export async function sourceOf({ events }: { events: readonly HistoryEvent[] }): Promise<ReportSource> {
  return {
    result: await judge(events),
    histories: [
      async function* () {
        yield* events;
      },
    ],
  };
}

export async function rendered({ render }: Pick<ReportFormat, "render">, source: ReportSource): Promise<string> {
  let text = "";
  for await (const piece of render(source)) text += piece;
  return text;
}
