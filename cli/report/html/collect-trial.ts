import type { FaultEvent, HistoryEvent, OperationEvent } from "../../history/events.ts";
import { appServerIn } from "../../picture/app-server-in.ts";
import { judgeInDetail } from "../../verdict/judge.ts";
import type { SessionVerdict } from "../../verdict/session-verdict.ts";
import { Numbering } from "./numbering.ts";
import { OperationWriter } from "./operation-codec.ts";
import type { SessionData, TrialData } from "./page-data.ts";

export interface Lists {
  appServers: Numbering;
  architectures: readonly string[];
}

/** What the narrator said, and when. */
export interface Told {
  at: number;
  says: string;
}

/**
 * One trial for the page. Reads the history once, judging it on the way; only the operations are kept, in a few bytes each.
 *
 * @param lists the app servers and architectures of the run, by whose numbers the data refer to them; app servers that join in
 *   the course of it are added
 */
export async function collectTrial(
  history: AsyncIterable<HistoryEvent>,
  lists: Lists,
): Promise<{ trial: TrialData; told: Told[] }> {
  const texts = new Numbering();
  const operations = new Map<string, OperationWriter>();
  const told: Told[] = [];
  const faults: TrialData["faults"] = [];
  const settledAt: number[] = [];
  let spanMs = 1;

  const note = (event: HistoryEvent): void => {
    const appServer = appServerIn(event);
    if (appServer !== undefined) lists.appServers.of(appServer);
    if (event.type === "operation") noteOperation(event);
    else if (event.type === "step" && event.says !== undefined) told.push({ at: event.at, says: event.says });
    else if (event.type === "fault") noteFault(faults, event);
    else if (event.type === "settled") settledAt.push(event.at);
    if (event.type === "operation") spanMs = Math.max(spanMs, event.at + event.ms);
    else if (event.type === "fault" || event.type === "settled") spanMs = Math.max(spanMs, event.at);
  };
  const noteOperation = ({
    user,
    at,
    ms,
    kind,
    answer,
    jar,
    connection,
    server,
    reason,
    status,
  }: OperationEvent): void => {
    const writer = operations.get(user) ?? new OperationWriter();
    operations.set(user, writer);
    const says = reason ?? (answer === "none" && status !== undefined ? `status ${status}` : undefined);
    writer.write({
      at,
      ms,
      kind,
      answer,
      jar,
      connection,
      server: server === undefined ? -1 : lists.appServers.of(server),
      reason: says === undefined ? -1 : texts.of(says),
    });
  };

  const { result, sessions } = await judgeInDetail(tapped(history, note));
  const rows = sessions.map((session) => sessionData(session, { lists, texts, operations }));
  return {
    trial: {
      victim: result.run.victim,
      spanMs: Math.ceil(spanMs),
      faults,
      settledAt,
      texts: texts.all(),
      sessions: rows,
      operations: Buffer.concat(sessions.map(({ user }) => Buffer.from(operations.get(user)?.bytes ?? []))).toString(
        "base64",
      ),
    },
    told,
  };
}

async function* tapped<Event>(events: AsyncIterable<Event>, note: (event: Event) => void): AsyncGenerator<Event> {
  for await (const event of events) {
    note(event);
    yield event;
  }
}

function noteFault(faults: TrialData["faults"], { kind, target, state, at }: FaultEvent): void {
  if (state === "injecting") {
    faults.push({ kind, target, from: at, confirmed: false });
    return;
  }
  const fault = faults.findLast((known) => known.kind === kind && known.target === target);
  if (!fault) return;
  if (state === "confirmed") fault.confirmed = true;
  if (state === "healed") fault.to = at;
}

function sessionData(
  {
    user,
    architecture,
    home,
    role,
    fate,
    stayedOut,
    expected,
    because,
    cause,
    exposed,
    mismatch,
    ...felt
  }: SessionVerdict,
  {
    lists: { appServers, architectures },
    texts,
    operations,
  }: {
    lists: Lists;
    texts: Numbering;
    operations: Map<string, OperationWriter>;
  },
): SessionData {
  return {
    user,
    architecture: architectures.indexOf(architecture),
    home: home === undefined ? -1 : appServers.of(home),
    isControl: role === "control",
    fate,
    ...(stayedOut ? { stayedOut } : {}),
    expected,
    because: because === "" ? -1 : texts.of(because),
    evidence: cause ? texts.of(cause.evidence) : -1,
    isExposed: exposed,
    isMismatch: mismatch,
    failedRequests: felt.failedRequests,
    timesAnonymous: felt.timesAnonymous,
    longestGapMs: felt.longestGapMs,
    longestGapFrom: Math.round(felt.longestGapFrom ?? 0),
    stillWaiting: felt.stillWaiting === true,
    bytes: operations.get(user)?.bytes.length ?? 0,
  };
}
