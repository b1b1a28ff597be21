import { describe, expect, test } from "vitest";
import type { HistoryEvent } from "./events.ts";
import { Limits } from "./limits.ts";

const lineLength = 100;

/** What is said of the first event beyond the limits, and which one it is. */
function firstBeyond(events: Iterable<HistoryEvent>, length = lineLength): string {
  const limits = new Limits();
  let number = 0;
  for (const event of events) {
    number += 1;
    const says = limits.passed(event, length);
    if (says !== undefined) return `${number} ${says}`;
  }
  return "all is well";
}

function* times(count: number, make: (index: number) => HistoryEvent): Generator<HistoryEvent> {
  for (let index = 0; index < count; index++) yield make(index);
}

const at = 1;
const user = (index: number): HistoryEvent => ({
  type: "user",
  at,
  user: `u${index}`,
  architecture: "cookie.redis",
  role: "subject",
  address: "10.0.0.1",
});
const fault: HistoryEvent = { type: "fault", at, kind: "kill", target: "app2", state: "injecting", effect: {} };
const answer = (server: string, boot: string): HistoryEvent => ({
  ...{ type: "operation", at, ms: 1, user: "ada", kind: "who-am-i", phase: "final", jar: "live", connection: "fresh" },
  ...{ outcome: "ok", answer: "me", server, boot },
});

describe("a history that tells of more than a judge may have to remember is refused:", () => {
  const expectation: HistoryEvent = { type: "expectation", at, user: "ada", fates: ["lost"], because: "" };
  test.each<[HistoryEvent["type"], number, HistoryEvent]>([
    ["user", 500_000, user(1)],
    ["expectation", 500_000, expectation],
    ["change", 500_000, { type: "change", at, user: "ada", what: "address", says: "" }],
    ["step", 10_000, { type: "step", at, phase: "fault", step: "tell" }],
    ["fault", 1_000, fault],
    ["settled", 1_000, { type: "settled", at, ok: true, says: "" }],
    [
      "measure",
      10_000,
      { type: "measure", at, architecture: "cookie.redis", name: "keys", value: 1, unit: "", because: "" },
    ],
    ["store-seen", 10_000, { type: "store-seen", at, when: "settled", server: "redis", runId: "r", keys: 1 }],
    ["alert", 10_000, { type: "alert", at, service: "nginx", line: "" }],
    ["failover", 10_000, { type: "failover", at, policy: "cookie", server: "app1", line: "" }],
    ["disturbance", 1_000, { type: "disturbance", at, service: "app1", happenedAt: at, says: "" }],
    ["leftover", 1_000, { type: "leftover", at, kind: "network", name: "n" }],
    ["end", 10, { type: "end", at, complete: true }],
  ])("%s events, %i at most", (type, most, event) => {
    expect(firstBeyond(times(2 * most, () => event))).toBe(
      `${most + 1} is the ${most + 1}th "${type}" event; no run has so many`,
    );
  });

  test("texts, 256 MB at most", () => {
    const says = firstBeyond(
      times(300_000, () => expectation),
      1_000,
    );
    expect(says).toBe("256001 is one too many: all but requests take 256000000 characters");
  });

  test("faults for each of very many users, in whichever order", () => {
    function* strewn(): Generator<HistoryEvent> {
      yield* times(900, () => fault);
      yield* times(10_000, user);
    }
    expect(firstBeyond(strewn())).toBe("6456 comes to 900 faults for 5556 users; no run has so many of both");
  });

  test("app servers, 200 at most", () => {
    expect(firstBeyond(times(1_000, (index) => answer(`app${index}`, "b")))).toBe(
      "201 names one more than 200 app servers; no run has so many",
    );
  });

  test("lives of app servers, 1000 at most", () => {
    expect(firstBeyond(times(5_000, (index) => answer(`app${index % 3}`, `b${index}`)))).toBe(
      "1001 is from one more than 1000 lives of app servers; no run has so many",
    );
  });
});

test("the largest run that there has been, 100,000 users, is far within the limits", () => {
  function* largest(): Generator<HistoryEvent> {
    yield* times(100_000, user);
    yield* times(100_000, (index) => ({ type: "expectation", at, user: `u${index}`, fates: ["lost"], because: "" }));
    yield* times(12, () => fault);
    yield* times(1_000_000, (index) => answer(`app${index % 4}`, `b${index % 8}`));
  }
  expect(firstBeyond(largest(), 400)).toBe("all is well");
});
