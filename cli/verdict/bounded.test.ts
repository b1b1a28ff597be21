/** What a history makes the judge do grows with the history: never with two of its numbers at once. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { OperationEvent } from "../history/events.ts";
import { type FinalReads, newFinalReads, noteFinalRead } from "./final-reads.ts";
import { story } from "./golden/history-builder.ts";
import { judge } from "./judge.ts";
import { noteEvent } from "./note-event.ts";
import { newRun } from "./run-record.ts";

vi.mock("./final-reads.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("./final-reads.ts")>();
  return { ...original, newFinalReads: vi.fn(original.newFinalReads) };
});
beforeEach(() => vi.mocked(newFinalReads).mockClear());

const read: OperationEvent = {
  ...{ type: "operation", at: 5, ms: 1, user: "user-0", kind: "who-am-i", phase: "final", jar: "live" },
  ...{ connection: "fresh", outcome: "ok", answer: "me", server: "app1", boot: "b1", cart: [], cartVersion: 1 },
};
const [run] = story({ appServers: ["app1", "app2", "app3"] }).events;
const user = (index: number) =>
  ({
    type: "user",
    at: 1,
    user: `user-${index}`,
    architecture: "cookie.memory",
    role: "subject",
    address: "",
  }) as const;
const fault = { type: "fault", at: 3, kind: "kill", target: "app2", state: "injecting", effect: {} } as const;

describe("faults and repairs", () => {
  test("begin the final reads anew for those who had any, and make nothing for the others", async () => {
    const users = Array.from({ length: 500 }, (_, index) => user(index));
    const faults = Array.from({ length: 200 }, () => fault);
    await judge([run!, ...users, ...faults]);
    expect(vi.mocked(newFinalReads).mock.calls.length).toBe(500);
  });

  test("make what was read before them count no more, each time", () => {
    if (run?.type !== "run") throw new Error("no run");
    const record = newRun(run);
    noteEvent(record, user(0));
    for (const more of [fault, { type: "settled", at: 4, ok: true, says: "" } as const]) {
      noteEvent(record, read);
      expect(record.sessions.get("user-0")?.final.live.me).toBe(1);
      noteEvent(record, more);
      expect(record.sessions.get("user-0")?.final.live.me).toBe(0);
    }
  });
});

test("what a cart lacks is looked for once, whatever is read after it", () => {
  const looked = vi.fn();
  const items = Array.from({ length: 1_000 }, (_, index) => `item-${index}`);
  const acknowledgedItems = new Proxy(items, {
    get: (target, key, receiver) => {
      if (typeof key === "string" && /^\d+$/.test(key)) looked();
      return Reflect.get(target, key, receiver);
    },
  });
  const final: FinalReads = newFinalReads();
  for (let count = 0; count < 100; count++) noteFinalRead(final, read, { acknowledgedItems, acknowledgedVersion: 1 });
  expect(looked.mock.calls.length).toBeLessThanOrEqual(items.length);
  expect(final.isBehind).toBe(true);
});

test("of very many contradictions, items and foreign sessions only so much is kept as is told", () => {
  if (run?.type !== "run") throw new Error("no run");
  const record = newRun(run);
  noteEvent(record, user(0));
  for (let index = 0; index < 20_000; index++) {
    noteEvent(record, { ...read, user: `ghost-${index}` });
    noteEvent(record, { ...read, kind: "add-item", item: `item-${index}`, answer: "someone-else", reason: "long" });
  }
  expect(record.contradictions.size).toBe(10_000);
  expect(record.sessions.get("user-0")?.acknowledgedItems.length).toBe(1_000);
  expect(record.sessions.get("user-0")?.crossing).toEqual({ server: "app1" });
});
