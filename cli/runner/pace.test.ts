import { expect, it } from "vitest";
import { actingAtOnce, eachInTurn, seededShuffle } from "./pace.ts";

const numbers = Array.from({ length: 60 }, (_, index) => index);

it("shuffles as the seed says, and leaves nobody out", () => {
  const [one, again, other] = [seededShuffle(7), seededShuffle(7), seededShuffle(8)].map((shuffle) => shuffle(numbers));
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
  expect([...one!].sort((a, b) => a - b)).toEqual(numbers);
});

it("lets each act once, so many at the same time and no more", async () => {
  const acted: number[] = [];
  let acting = 0;
  let most = 0;
  const act = async (number: number) => {
    most = Math.max(most, ++acting);
    await new Promise(setImmediate);
    acting -= 1;
    acted.push(number);
  };
  await eachInTurn(numbers, act, new AbortController().signal);
  expect(acted.sort((a, b) => a - b)).toEqual(numbers);
  expect(most).toBe(actingAtOnce);
});

it("lets nobody begin any more when it is interrupted", async () => {
  const interrupted = new AbortController();
  let acted = 0;
  const act = async () => void (++acted === 5 && interrupted.abort());
  await eachInTurn(numbers, act, interrupted.signal);
  expect(acted).toBeLessThanOrEqual(5 + actingAtOnce);
});
