import { describe, expect, test } from "vitest";
import { ALL_LOOKS, LOOKS, lookOf } from "./look.ts";

describe("an app server's look", () => {
  test("differs from app1 to app6 in colour and in shape", () => {
    const looks = ["app1", "app2", "app3", "app4", "app5", "app6"].map(lookOf);
    expect(new Set(looks.map(({ background }) => background)).size).toBe(6);
    expect(looks.map(({ shape }) => shape).join(" ")).toBe("● ▲ ■ ◆ ✚ ⬢");
  });

  test("begins again after the last, and is grey without a number", () => {
    expect(lookOf("app7")).toBe(LOOKS[0]);
    expect(lookOf("app14")).toBe(LOOKS[1]);
    expect(lookOf("main").shape).toBe("★");
  });

  test.each(ALL_LOOKS)(
    "$name: text stands out from its background by 4.5:1 (WCAG 2.2, 1.4.3)",
    ({ background, text }) => {
      expect(contrast(luminance(background), luminance(text))).toBeGreaterThanOrEqual(4.5);
    },
  );

  // Protanopia, deuteranopia, tritanopia at full strength: Machado, Oliveira, Fernandes (2009), table 1, on linear RGB.
  test.each([
    ["all cones", [1, 0, 0, 0, 1, 0, 0, 0, 1]],
    ["no red cones", [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998]],
    ["no green cones", [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881]],
    ["no blue cones", [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039]],
  ])("is told apart from every other with %s", (_, matrix) => {
    const seen = LOOKS.map(({ background }) => lab(multiply(matrix, linear(background))));
    const distances = seen.flatMap((one, index) => seen.slice(index + 1).map((other) => distance(one, other)));
    // Of CIE76, in which 2.3 is just noticeable.
    expect(Math.min(...distances)).toBeGreaterThan(20);
  });
});

function linear(hex: string): number[] {
  const channels = [1, 3, 5].map((start) => Number.parseInt(hex.slice(start, start + 2), 16) / 255);
  return channels.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
}

function luminance(hex: string): number {
  return multiply([0.2126, 0.7152, 0.0722, 0, 0, 0, 0, 0, 0], linear(hex))[0] ?? 0;
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function multiply(matrix: readonly number[], [x = 0, y = 0, z = 0]: readonly number[]): number[] {
  return [0, 3, 6].map((row) => (matrix[row] ?? 0) * x + (matrix[row + 1] ?? 0) * y + (matrix[row + 2] ?? 0) * z);
}

/** CIE L*a*b* of linear sRGB, white point D65. */
function lab(rgb: readonly number[]): number[] {
  const xyz = multiply([0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505], rgb);
  const [x = 0, y = 0, z = 0] = [0.9505, 1, 1.089].map((white, index) => {
    const ratio = Math.max(0, (xyz[index] ?? 0) / white);
    return ratio > 0.008856 ? Math.cbrt(ratio) : 7.787 * ratio + 16 / 116;
  });
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function distance(one: readonly number[], other: readonly number[]): number {
  return Math.hypot(...one.map((value, index) => value - (other[index] ?? 0)));
}
