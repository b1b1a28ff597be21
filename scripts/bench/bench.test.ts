import { describe, expect, it } from "vitest";
import type { HistoryEvent } from "../../cli/history/events.ts";
import { type Figure, figure, inTurns, medianOf } from "./figure.ts";
import { type Cell, worstStep } from "./growth.ts";
import { keepFigures, type Measured } from "./kept-figures.ts";
import { timelineOf } from "./server-crash.ts";
import { benchTables } from "./tables.ts";

it("states the median and the spread, whatever the order", () => {
  expect(figure("a", "b", [3, 1, 2])).toEqual({ what: "a", against: "b", median: 2, lowest: 1, highest: 3 });
  expect(medianOf([4, 1, 2, 3])).toBe(2.5);
  expect(medianOf([10, 9, 100])).toBe(10);
});

it("lets another one begin each round, and answers in the order given", async () => {
  const began: string[] = [];
  const measures = ["a", "b", "c"].map((name) => async () => {
    began.push(name);
    return name;
  });
  for (const round of [0, 1, 2, 3]) expect(await inTurns(round, measures)).toEqual(["a", "b", "c"]);
  expect(began.join("")).toBe("abcbcacababc");
});

describe("figures that are kept", () => {
  const one = (what: string): Figure => figure(what, "seconds", [1]);
  const measured = (cores: number, ...names: string[]): Measured => ({
    cores,
    measurements: Object.fromEntries(names.map((name) => [name, { rounds: cores, figures: [one(name)] }])),
  });

  it("are those of measurements that were not taken again, in their usual order", () => {
    const kept = keepFigures(measured(2, "help", "growth"), measured(2, "users", "help"), ["help", "users", "growth"]);
    expect(Object.keys(kept.measurements)).toEqual(["help", "users", "growth"]);
  });

  it("give way to new ones", () => {
    const before: Measured = { cores: 2, measurements: { help: { rounds: 9, figures: [one("old")] } } };
    expect(keepFigures(before, measured(2, "help"), ["help"])).toEqual(measured(2, "help"));
  });

  it("are not those of another machine, nor of a measurement that is no more", () => {
    expect(keepFigures(measured(8, "help"), measured(2, "users"), ["help", "users"])).toEqual(measured(2, "users"));
    expect(keepFigures(measured(2, "gone"), measured(2, "help"), ["help"])).toEqual(measured(2, "help"));
    expect(keepFigures(undefined, measured(2, "help"), ["help"])).toEqual(measured(2, "help"));
  });
});

describe("how cost grows", () => {
  const cells: Cell[] = [
    { users: 10, architectures: 1, msPerUser: [20, 20] },
    { users: 100, architectures: 1, msPerUser: [10, 30] },
    { users: 10, architectures: 4, msPerUser: [10, 10] },
    { users: 100, architectures: 4, msPerUser: [12, 15] },
  ];

  it("is told by the step that came out worst, round by round", () => {
    expect(worstStep(cells, "users")).toMatchObject({
      what: "cost a user, worst step to more users: from 10 to 100 (4 architectures)",
      median: 1.35,
      lowest: 1.2,
      highest: 1.5,
    });
    expect(worstStep(cells, "architectures")).toMatchObject({
      what: "cost a user, worst step to more architectures: from 1 to 4 (100 users)",
      median: 0.85,
    });
  });
});

it("lays the time of a run to the failure window, to container operations and to requests, each once", () => {
  const asked = (at: number, ms: number) => ({ type: "operation", at, ms });
  const step = (at: number, name: string) => ({ type: "step", at, step: name });
  const fault = (at: number, state: string) => ({ type: "fault", at, state });
  const events = [
    step(0, "log-in"),
    asked(10, 50),
    asked(20, 60),
    asked(90, 20),
    step(200, "inject"),
    fault(250, "injecting"),
    fault(300, "confirmed"),
    step(300, "browse"),
    asked(310, 1_000),
    asked(1_700, 300),
    step(2_000, "heal"),
    fault(2_000, "healing"),
    fault(2_300, "healed"),
    asked(2_900, 50),
    { type: "settled", at: 3_000 },
    step(3_100, "check-in"),
    asked(3_100, 40),
    { type: "end", at: 3_200 },
  ] as HistoryEvent[];
  expect(timelineOf(events, 1_500)).toEqual({
    // 1,500 of browsing, and 700 after the repair.
    window: 2_200,
    operations: 50 + 300,
    // 10 to 80 and 90 to 110 of the login; 1,800 to 2,000 of browsing for longer than planned; 40 at the end.
    requests: 70 + 20 + 200 + 40,
  });
});

it("shows figures with their aims, and growth as a table of its own", () => {
  const cell = (users: number, architectures: number, ms: number): Figure => ({
    ...figure("`login`", "milliseconds a user", [ms]),
    cell: { users, architectures },
  });
  const text = benchTables({
    cores: 2,
    measurements: {
      help: { rounds: 5, figures: [figure("time of `lab --help`", "`node -e 0`", [1.5, 1.25, 2], "at most 2")] },
      growth: { rounds: 3, figures: [cell(10, 1, 200), cell(10, 4, 60), cell(1_000, 1, 9), cell(1_000, 4, 8)] },
    },
  });
  expect(text).toMatchInlineSnapshot(`
    "Medians and spread, on 2 cores:

    | what | beside, or in | median | spread | aim | rounds |
    | --- | --- | --- | --- | --- | --- |
    | time of \`lab --help\` | \`node -e 0\` | 1.50 | 1.25 to 2.00 | at most 2 | 5 |

    How the cost of \`login\` grows, in milliseconds a user:

    | users of each architecture | 1 architecture | 4 architectures |
    | --- | --- | --- |
    | 10 | 200.0 (200.00 to 200.00) | 60.0 (60.00 to 60.00) |
    | 1,000 | 9.0 (9.00 to 9.00) | 8.0 (8.00 to 8.00) |"
  `);
});
