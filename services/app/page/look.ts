/**
 * How an app server looks from the last row. Blue, orange, green and pink are Okabe and Ito's (https://jfly.uni-koeln.de/color/),
 * blue made darker and pink lighter, and two dark ones beside them, so that people with any kind of colour blindness can tell them
 * apart (look.test.ts); the shape and the name say the same without colour.
 */

export interface Look {
  /** The class of the page's body. */
  readonly name: string;
  readonly shape: string;
  readonly background: string;
  /** On that background at least 4.5:1 (WCAG 2.2, 1.4.3). */
  readonly text: string;
}

export const LOOKS: readonly Look[] = [
  { name: "look1", shape: "●", background: "#00559e", text: "#ffffff" },
  { name: "look2", shape: "▲", background: "#e69f00", text: "#000000" },
  { name: "look3", shape: "■", background: "#009e73", text: "#000000" },
  { name: "look4", shape: "◆", background: "#e3a6c6", text: "#000000" },
  { name: "look5", shape: "✚", background: "#702800", text: "#ffffff" },
  { name: "look6", shape: "⬢", background: "#4400cc", text: "#ffffff" },
];

const NO_NUMBER: Look = { name: "look0", shape: "★", background: "#4a4a4a", text: "#ffffff" };

export const ALL_LOOKS: readonly Look[] = [NO_NUMBER, ...LOOKS];

/** app1 has the first look, app2 the second, ...; after the last they begin again. */
export function lookOf(appServer: string): Look {
  const number = Number(/[1-9]\d*$/.exec(appServer)?.[0] ?? 0);
  return (number > 0 && LOOKS[(number - 1) % LOOKS.length]) || NO_NUMBER;
}
