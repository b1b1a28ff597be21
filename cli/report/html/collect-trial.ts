import type { HistoryEvent, OperationEvent } from "../../history/events.ts";
import { appServerIn } from "../../picture/app-server-in.ts";
import { judgeInDetail } from "../../verdict/judge.ts";
import { EventPacker } from "./event-packer.ts";
import type { ShownEvent, ShownOperation, TrialData } from "./report-data.ts";

/** What the narrator said, and when. */
export interface Told {
  at: number;
  says: string;
}

/**
 * One trial for the page. Reads the history once, judging it on the way, and keeps of it only what is packed.
 *
 * @param appServers those of the run; app servers that join in the course of the trial are added
 */
export async function collectTrial(
  history: AsyncIterable<HistoryEvent>,
  appServers: Set<string>,
): Promise<{ trial: TrialData; told: Told[] }> {
  const packer = new EventPacker<ShownEvent>();
  const told: Told[] = [];
  const note = (event: HistoryEvent): void => {
    const appServer = appServerIn(event);
    if (appServer !== undefined) appServers.add(appServer);
    if (event.type === "operation") packer.add(shown(event));
    else if (event.type === "fault" || event.type === "settled") packer.add(event);
    else if (event.type === "step" && event.says !== undefined) told.push({ at: event.at, says: event.says });
  };
  const { result, sessions } = await judgeInDetail(tapped(history, note));
  for (const session of sessions) packer.add({ type: "session", ...session });
  return { trial: { victim: result.run.victim, events: await packer.packed() }, told };
}

async function* tapped<Event>(events: AsyncIterable<Event>, note: (event: Event) => void): AsyncGenerator<Event> {
  for await (const event of events) {
    note(event);
    yield event;
  }
}

function shown(operation: OperationEvent): ShownOperation {
  const { type, at, ms, user, kind, answer, jar, connection, server, reason, status } = operation;
  const says = reason ?? (answer === "none" && status !== undefined ? `status ${status}` : undefined);
  return {
    type,
    at: Math.round(at),
    ms: Math.round(ms),
    user,
    kind,
    answer,
    jar,
    connection,
    ...(server === undefined ? {} : { server }),
    ...(says === undefined ? {} : { reason: says }),
  };
}
