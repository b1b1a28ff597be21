import { expect, it } from "vitest";
import { untilQuiet } from "./until-quiet.ts";

it("does not trust the first silence: what comes a moment later is dealt with, too", async () => {
  const isNothingToDo = [false, true, false];
  expect(await untilQuiet(async () => isNothingToDo.shift() ?? true)).toBe(true);
  expect(isNothingToDo).toEqual([]);
});
