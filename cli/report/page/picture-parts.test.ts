import { describe, expect, test } from "vitest";
import { faultSpans } from "../../picture/fault-spans.ts";
import { story } from "../../verdict/golden/history-builder.ts";
import type { ShownOperation } from "../html/report-data.ts";
import { countInBins, histogramPath } from "./bins.ts";
import { placeLabels } from "./place-labels.ts";
import { duration, percent, scaleOf, ticks } from "./scale.ts";
import { stripInWords, stripOf } from "./strip.ts";

const appServers = ["app1", "app2"];

function operation(at: number, answer: ShownOperation["answer"], more: Partial<ShownOperation> = {}): ShownOperation {
  const usual = { kind: "who-am-i", jar: "live", connection: "kept", server: "app1" } as const;
  return { type: "operation", user: "ann", at, ms: 10, answer, ...usual, ...more };
}

function withoutServer({ server: _, ...operation }: ShownOperation): ShownOperation {
  return operation;
}

describe("requests in slices of time", () => {
  test("are counted by server and by what came of them; diagnostic reads are not", () => {
    const operations = [
      operation(0, "me"),
      operation(40, "anonymous", { server: "app2" }),
      withoutServer(operation(60, "none")),
      operation(100, "store-unreachable"),
      operation(10, "anonymous", { jar: "pinned" }),
    ];
    expect(countInBins(operations, { durationMs: 100, appServers, bins: 2 })).toEqual({
      served: [
        [1, 0],
        [1, 0],
      ],
      unanswered: [0, 2],
      anonymous: [1, 0],
    });
  });

  test("stand on the bottom, and even one among thousands is seen", () => {
    expect(histogramPath([0, 5_000, 1], { width: 30, height: 50, most: 5_000 })).toBe(
      "M10 50v-50h10v50zM20 50v-2h10v2z",
    );
  });
});

describe("a strip", () => {
  const x = (ms: number) => ms;

  test("joins what the same server answered, on that server's track", () => {
    const strip = stripOf([operation(0, "me"), operation(90, "me"), operation(200, "me", { server: "app2" })], {
      appServers,
      x,
    });
    expect(strip.served).toEqual(["M0 1h100v13h-100z", "M200 16h10v13h-10z"]);
  });

  test("shows being logged out, no answer, and somebody else's session, each in its own way", () => {
    const strip = stripOf(
      [operation(0, "anonymous"), withoutServer(operation(20, "none")), operation(40, "someone-else")],
      { appServers, x },
    );
    expect(strip).toEqual({
      served: ["", ""],
      anonymous: "M0 2h10v11h-10z",
      unanswered: "M20 0h10v30h-10z",
      crossed: "M40 0h10v15h-10z",
    });
  });

  test("is told in words", () => {
    const told = [operation(0, "me"), operation(20, "none"), operation(40, "anonymous", { server: "app2" })];
    expect(stripInWords(told)).toBe("at app1, then no answer, then anonymous at app2");
  });
});

test("faults of one kind at the same time are one span; one that was never healed lasts", () => {
  const told = story().injects("kill", "redis").injects("kill", "redis-aof").heals("kill", "redis");
  const { events } = told.heals("kill", "redis-aof").injects("kill", "redis");
  const faults = events.filter((event) => event.type === "fault");
  const begun = faults.filter(({ state }) => state === "injecting").map(({ at }) => at);
  const healed = faults.filter(({ state }) => state === "healed").map(({ at }) => at);
  expect(faultSpans({ faults })).toEqual([
    { kind: "kill", effect: { process: "ends" }, targets: ["redis", "redis-aof"], from: begun[0], to: healed[1] },
    { kind: "kill", effect: { process: "ends" }, targets: ["redis"], from: begun[2] },
  ]);
});

test("a label stands above the poles that its text would cross", () => {
  const labels = [
    { x: 0, text: "kill app2" },
    { x: 50, text: "healed" },
    { x: 90, text: "settled" },
    { x: 500, text: "end" },
  ];
  expect(placeLabels(labels, 10).map(({ row }) => row)).toEqual([2, 1, 0, 0]);
});

test("an axis has round numbers, and not too many", () => {
  expect(ticks(950)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  expect(ticks(20_100)).toEqual([0, 5_000, 10_000, 15_000, 20_000]);
  for (const durationMs of [1, 999, 61_000, 3_600_000, 10 ** 9])
    expect(ticks(durationMs).length).toBeLessThanOrEqual(11);
});

test("time is scaled to the picture and stays in it", () => {
  const x = scaleOf(2_000);
  expect([-5, 0, 1_000, 2_000, 9_999].map(x)).toEqual([0, 0, 500, 1_000, 1_000]);
  expect([percent(x(500)), duration(240.4), duration(2_500)]).toEqual(["25.00%", "240 ms", "2.5 s"]);
});
