import type { HistoryEvent, OperationEvent } from "../../history/events.ts";
import { story } from "../../verdict/golden/history-builder.ts";

/**
 * The history of a run as large as a page must bear, one event at a time: everybody logs in, acts, app2 is killed and comes
 * back, everybody acts again. Half of the sessions live in memory, so those of app2 are lost.
 *
 * @param operations per session, at least 10
 */
export async function* bigRun({ sessions = 2_000, operations = 100 } = {}): AsyncGenerator<HistoryEvent> {
  const architectures = ["cookie.memory", "cookie.redis", "ip-hash.memory", "ip-hash.redis"];
  const [run] = story({ architectures, usersPerArchitecture: sessions / architectures.length }).events;
  yield run!;
  const users = Array.from({ length: sessions }, (_, index) => {
    const architecture = architectures[index % architectures.length]!;
    return { user: `${architecture}/${index}`, architecture, home: `app${(index % 3) + 1}`, item: `book-${index}` };
  });
  const span = 30_000;
  const step = span / operations;
  const faultAt = Math.floor(operations / 2) * step;
  for (const { user, architecture } of users)
    yield { type: "user", at: 0, user, architecture, role: "subject", address: "16.0.0.7" };
  for (let turn = 0; turn < operations; turn++) {
    const at = turn * step;
    if (at === faultAt) yield* breaking(users, at);
    const isAfter = at >= faultAt;
    const isFinal = turn >= operations - 5;
    if (turn === operations - 5) yield* repair(at);
    for (const [index, { user, architecture, home, item }] of users.entries()) {
      const isDown = isAfter && home === "app2";
      const isLost = isDown && architecture.endsWith(".memory");
      const isUnanswered = isDown && at < faultAt + 2 * step;
      const operation: OperationEvent = {
        type: "operation",
        at: at + (index / users.length) * step * 0.9,
        ms: isUnanswered ? 300 : 3 + (index % 7),
        user,
        kind: turn === 0 ? "log-in" : turn === 1 ? "add-item" : "who-am-i",
        phase: isFinal ? "final" : isAfter ? "fault" : "baseline",
        jar: isFinal && isLost && turn === operations - 1 ? "pinned" : "live",
        connection: turn % 2 === 0 || isFinal ? "fresh" : "kept",
        outcome: isUnanswered ? "unknown" : isLost ? "rejected" : "ok",
        answer: isUnanswered ? "none" : isLost ? "anonymous" : "me",
        ...(isUnanswered
          ? { reason: "no answer within 300 ms" }
          : { server: isDown ? "app3" : home, boot: isAfter ? `second-${home}` : `first-${home}`, status: 200 }),
        ...(turn === 1 ? { item } : {}),
        ...(isLost || isUnanswered ? {} : { cart: turn < 1 ? [] : [item], cartVersion: turn < 1 ? 1 : 2 }),
      };
      yield operation;
    }
  }
  yield { type: "end", at: span, complete: true };
}

function* breaking(users: readonly { user: string; home: string; architecture: string }[], at: number) {
  for (const { user, home, architecture } of users)
    yield {
      type: "expectation",
      at,
      user,
      fates: [home === "app2" && architecture.endsWith(".memory") ? "lost" : "survived"],
      because: "theory says so",
    } satisfies HistoryEvent;
  const evidence = (["engine", "felt"] as const).map((source) => ({ source, shows: true, says: "app2 is gone" }));
  yield { ...kill, at, state: "injecting" } satisfies HistoryEvent;
  yield { ...kill, at: at + 20, state: "confirmed", evidence } satisfies HistoryEvent;
}

const kill = { type: "fault", kind: "kill", target: "app2", effect: { process: "ends" } } as const;

function* repair(at: number) {
  yield { ...kill, at: at - 20, state: "healed" } satisfies HistoryEvent;
  yield { type: "settled", at: at - 10, ok: true, says: "every app server serves again" } satisfies HistoryEvent;
}
