import { describe, expect, test } from "vitest";
import type { PageOperation } from "../html/operation-codec.ts";
import { countInBins, histogramPath } from "./bins.ts";
import { faultWindows } from "./fault-windows.ts";
import { placeLabels } from "./labels.ts";
import { duration, percent, scaleOf, ticks } from "./scale.ts";
import { stripInWords, stripOf } from "./strip.ts";

const appServers = ["app1", "app2"];

function operation(at: number, answer: PageOperation["answer"], more: Partial<PageOperation> = {}): PageOperation {
  return { at, ms: 10, kind: "who-am-i", answer, jar: "live", connection: "kept", server: 0, reason: -1, ...more };
}

describe("requests in slices of time", () => {
  test("are counted by server and by what came of them; diagnostic reads are not", () => {
    const operations = [
      operation(0, "me"),
      operation(40, "anonymous", { server: 1 }),
      operation(60, "none", { server: -1 }),
      operation(100, "store-unreachable"),
      operation(10, "anonymous", { jar: "pinned" }),
    ];
    expect(countInBins(operations, { durationMs: 100, servers: 2, bins: 2 })).toEqual({
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
    const strip = stripOf([operation(0, "me"), operation(90, "me"), operation(200, "me", { server: 1 })], {
      servers: 2,
      x,
    });
    expect(strip.served).toEqual(["M0 1h100v13h-100z", "M200 16h10v13h-10z"]);
  });

  test("shows being logged out, no answer, and somebody else's session, each in its own way", () => {
    const strip = stripOf(
      [operation(0, "anonymous"), operation(20, "none", { server: -1 }), operation(40, "someone-else")],
      { servers: 2, x },
    );
    expect(strip).toEqual({
      served: ["", ""],
      anonymous: "M0 2h10v11h-10z",
      unanswered: "M20 0h10v30h-10z",
      crossed: "M40 0h10v15h-10z",
    });
  });

  test("is told in words", () => {
    const told = [operation(0, "me"), operation(20, "none"), operation(40, "anonymous", { server: 1 })];
    expect(stripInWords(told, appServers)).toBe("at app1, then no answer, then anonymous at app2");
  });
});

test("faults of one kind at the same time are one window; one that was never healed lasts to the end", () => {
  const confirmed = true;
  const faults = [
    { kind: "kill", target: "redis", from: 10, to: 50, confirmed },
    { kind: "kill", target: "redis-aof", from: 12, to: 60, confirmed },
    { kind: "kill", target: "redis", from: 80, confirmed },
  ];
  expect(faultWindows({ faults, spanMs: 100 })).toEqual([
    { kind: "kill", targets: ["redis", "redis-aof"], from: 10, to: 60, isHealed: true },
    { kind: "kill", targets: ["redis"], from: 80, to: 100, isHealed: false },
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
