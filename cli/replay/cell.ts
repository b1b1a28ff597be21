import type { ChalkInstance } from "chalk";
import type { Mark } from "../picture/palette.ts";
import { harmless, widthOf } from "../report/text.ts";

/** A text in the colour of a mark, by default its sign. */
export function paint({ dark, sign }: Mark, chalk: ChalkInstance, text: string = sign): string {
  return chalk.hex(dark)(text);
}

/** Exactly so many columns wide, without anything that could move the cursor. */
export function cell(text: string, columns: number): string {
  const clean = harmless(text);
  let fitting = "";
  let width = 0;
  for (const character of clean) {
    const wide = widthOf(character);
    if (width + wide > columns - (widthOf(clean) > columns ? 1 : 0)) {
      fitting += "…";
      width += 1;
      break;
    }
    fitting += character;
    width += wide;
  }
  return fitting + " ".repeat(Math.max(0, columns - width));
}
