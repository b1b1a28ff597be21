import type { ChalkInstance } from "chalk";
import type { Mark } from "../picture/palette.ts";
import { harmless, widthOf } from "../report/text.ts";

/** A text in the colour of a mark, by default its sign. */
export function paint({ dark, sign }: Mark, chalk: ChalkInstance, text: string = sign): string {
  return chalk.hex(dark)(text);
}

/** Exactly so many columns wide, without anything that could move the cursor. What does not fit ends with `…`. @param columns at least 1 */
export function cell(text: string, columns: number): string {
  const fitting: string[] = [];
  let width = 0;
  // Hundreds of marks can stand on one letter: nobody reads them, and a long text would be measured for every picture.
  for (const character of text.slice(0, 8 * columns)) {
    const shown = harmless(character);
    fitting.push(shown);
    width += widthOf(shown);
    if (width > columns) break;
  }
  if (width > columns) {
    while (width > columns - 1) width -= widthOf(fitting.pop()!);
    fitting.push("…");
    width += 1;
  }
  return fitting.join("") + " ".repeat(columns - width);
}
