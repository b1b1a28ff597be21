import { expect, it, vi } from "vitest";
import { untilQuiet } from "./until-quiet.ts";

it("does not trust the first silence: what comes a moment later is dealt with, too", async () => {
  // A clock that goes on by asking: however busy the machine is, so many rounds are so long.
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 100));
  const isNothingToDo = [false, true, true, true, false];
  expect(await untilQuiet(async () => isNothingToDo.shift() ?? true)).toBe(true);
  expect(isNothingToDo).toEqual([]);
  vi.restoreAllMocks();
});
