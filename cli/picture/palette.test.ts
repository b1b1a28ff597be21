import { expect, test } from "vitest";
import { ALL_LOOKS, lookOf } from "../../services/app/page/look.ts";
import { fates } from "../verdict/fates.ts";
import { allServerLooks, answerMarks, fateMarks, lookOfServer, paletteStyle, paper, serverMark } from "./palette.ts";

test("an app server looks in pictures as on the app's own page", () => {
  expect(allServerLooks).toEqual(ALL_LOOKS);
  for (const name of ["app1", "app2", "app3", "app4", "app5", "app6", "app7", "main"])
    expect(lookOfServer(name)).toEqual(lookOf(name));
});

test("every fate has a mark, told apart by sign and by word", () => {
  const marks = Object.values(fateMarks);
  expect(Object.keys(fateMarks).sort()).toEqual(Object.keys(fates).sort());
  expect(new Set(marks.map(({ sign }) => sign)).size).toBe(marks.length);
  expect(new Set(marks.map(({ word }) => word)).size).toBe(marks.length);
});

test.each([...Object.entries(fateMarks), ...Object.entries(answerMarks)])(
  "%s stands out from paper and card by 4.5:1, light and dark (WCAG 2.2, 1.4.3)",
  (_, { light, dark }) => {
    for (const surface of ["paper", "card"] as const) {
      expect(contrast(light, paper.light[surface])).toBeGreaterThanOrEqual(4.5);
      expect(contrast(dark, paper.dark[surface])).toBeGreaterThanOrEqual(4.5);
    }
  },
);

test("an app server's lines stand out from dark paper and card by 3:1 (WCAG 2.2, 1.4.11)", () => {
  for (const look of allServerLooks)
    for (const surface of ["paper", "card"] as const)
      expect(contrast(serverMark(look).dark, paper.dark[surface])).toBeGreaterThanOrEqual(3);
});

test("the style sheet names everything by its id", () => {
  expect(paletteStyle()).toContain("--fate-lost: light-dark(#b3001b, #ff8080);");
  expect(paletteStyle()).toContain("--look1: light-dark(#00559e, #56b4e9);");
  expect(paletteStyle()).toContain(".look1 { --server: #00559e; --on-server: #ffffff; --server-mark: var(--look1); }");
});

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((start) => Number.parseInt(hex.slice(start, start + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
