import { expect, it, vi } from "vitest";
import { untilQuiet } from "./until-nothing-new.ts";

it("does not trust the first silence: what comes a moment later is dealt with, too", async () => {
  // A clock that goes on by asking: however busy the machine is, so many rounds are so long.
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 100));
  const isNothingToDo = [false, true, true, true, false];
  expect(await untilQuiet(async () => isNothingToDo.shift() ?? true)).toBe(true);
  expect(isNothingToDo).toEqual([]);
  vi.restoreAllMocks();
});

it("believes the silence after a round that took longer than the deadline", async () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 100));
  const isNothingToDo = [false];
  const round = async () => {
    const isNothing = isNothingToDo.shift() ?? true;
    if (!isNothing) now += 60_000;
    return isNothing;
  };
  expect(await untilQuiet(round)).toBe(true);
  vi.restoreAllMocks();
});

it("gives up when there is still something to do in a round that began after the deadline", async () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 1_000));
  let rounds = 0;
  expect(
    await untilQuiet(async () => {
      rounds += 1;
      return false;
    }),
  ).toBe(false);
  expect(rounds).toBeGreaterThan(1);
  vi.restoreAllMocks();
});
