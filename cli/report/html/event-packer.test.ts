import fc from "fast-check";
import { expect, test } from "vitest";
import { type HistoryEvent, parseEvent } from "../../history/events.ts";
import type { PictureEvent } from "../../picture/moments.ts";
import { story } from "../../verdict/golden/history-builder.ts";
import { stories } from "../../verdict/golden/stories.ts";
import { unpackEvents } from "../page/unpack-events.ts";
import { nastyTexts, withHostileTexts } from "../testing/hostile.ts";
import { harmless } from "../text.ts";
import { EventPacker } from "./event-packer.ts";

async function packed(events: readonly object[]): Promise<string> {
  const packer = new EventPacker();
  for (const event of events) packer.add(event);
  return packer.packed();
}

async function roundTrip(events: readonly object[]): Promise<unknown[]> {
  const found: unknown[] = [];
  await unpackEvents(await packed(events), (event) => found.push(event));
  return found;
}

/** An event of each type there is: a type that is missing here does not compile. */
const ofEachType: { [Type in PictureEvent["type"]]: Extract<PictureEvent, { type: Type }> } = (() => {
  const told = Object.values(stories).flatMap((tell) => tell().events as HistoryEvent[]);
  const any = <Type extends HistoryEvent["type"]>(type: Type) =>
    told.find((event): event is Extract<HistoryEvent, { type: Type }> => event.type === type)!;
  return {
    run: any("run"),
    step: { type: "step", at: 1, phase: "fault", step: "tell", says: "The victim is killed." },
    user: any("user"),
    operation: any("operation"),
    expectation: any("expectation"),
    fault: any("fault"),
    "store-seen": { type: "store-seen", at: 2, when: "settled", server: "redis", runId: "abc", keys: 3, role: "slave" },
    settled: any("settled"),
    change: { type: "change", at: 3, user: "ann", what: "log-out", says: "ann logs out" },
    measure: { type: "measure", at: 4, architecture: "a.b", name: "share", value: 0.5, unit: "share", because: "so" },
    alert: { type: "alert", at: 5, service: "nginx", line: "[alert] it burns" },
    failover: { type: "failover", at: 6, policy: "cookie", server: "app2", line: "upstream timed out" },
    disturbance: { type: "disturbance", at: 7, service: "redis", happenedAt: 6, says: "was restarted" },
    leftover: { type: "leftover", at: 8, kind: "volume", name: "data" },
    end: any("end"),
    look: { type: "look", at: 9, conditions: { app2: "cut-off" }, sessions: { redis: null, app1: 2 } },
  };
})();

test("what was packed is read again: events of every type, with any text and any time", async () => {
  for (const event of Object.values(ofEachType)) if (event.type !== "look") parseEvent(event);
  const altered = fc
    .tuple(
      fc.constantFrom(...Object.values(ofEachType)),
      fc.string({ unit: "binary" }),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
    )
    .map(([event, says, at]) => ({ ...event, at, says }));
  await fc.assert(
    fc.asyncProperty(fc.array(altered, { maxLength: 8 }), async (events) => {
      expect(await roundTrip(events)).toEqual(events.map((event) => harmless(event)));
    }),
  );
});

test.each(nastyTexts)("%j in every text is read again, harmless", async (nasty) => {
  const events = withHostileTexts(stories["every-fate"]!().events, nasty);
  expect(await roundTrip(events)).toEqual(events.map((event) => harmless(event)));
});

test("more than is compressed at a time is read again, in its order", async () => {
  const told = story().comesIn("ann", "app1");
  for (let turn = 0; turn < 3_000; turn++) told.reads("ann", turn % 7 === 0 ? "anonymous" : "me");
  const { events } = told.ends();
  expect(JSON.stringify(events).length).toBeGreaterThan(500_000);
  expect(await roundTrip(events)).toEqual(events);
});

test("nothing is read again as nothing", async () => {
  expect(await roundTrip([])).toEqual([]);
});

test("damaged data are refused", async () => {
  const text = await packed(story().comesIn("ann", "app1").events);
  const read = (damaged: string) => unpackEvents(damaged, () => {});
  await expect(read(text.slice(0, text.length / 2 - ((text.length / 2) % 4)))).rejects.toThrow();
  await expect(read(Buffer.from("{}\n").toString("base64"))).rejects.toThrow();
});

test("an operation of a usual run takes twelve bytes or fewer", async () => {
  const told = story();
  for (let user = 0; user < 50; user++) told.comesIn(`user-${user}`, `app${(user % 3) + 1}`);
  for (let turn = 0; turn < 2_000; turn++) told.reads(`user-${turn % 50}`, "me");
  const operations = told.ends().events.filter(({ type }) => type === "operation");
  expect((await packed(operations)).length / operations.length).toBeLessThanOrEqual(12);
});
