/** How text meets a terminal: its width, its line breaks, and what must not reach it. */

/** Breaks at spaces so that no line is wider than `columns`; a single word that is wider stays whole. */
export function wrap(text: string, columns: number, { hanging = "" }: { hanging?: string } = {}): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || widthOf(longer) <= columns) line = longer;
    else {
      lines.push(line);
      line = `${hanging}${word}`;
    }
  }
  return [...lines, line];
}

/**
 * Columns that a text takes in a terminal, or more where terminals differ: wide characters of East Asian scripts and emoji take
 * two, marks that stand above, below or around another character none.
 */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += wide.test(character) ? 2 : stacked.test(character) ? 0 : 1;
  return width;
}

/** Spacing marks (Mc) take a column of their own, and U+FE0F makes a sign before it an emoji: wide in some terminals. */
const stacked = /(?!\ufe0f)[\p{Mn}\p{Me}]/u;

/** East Asian Width W and F (Unicode 16, UAX #11), in a few ranges that also cover what is not assigned between them. */
const wide =
  /[\u1100-\u115f\u2329\u232a\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d37f}\u{1f200}-\u{1f2ff}\u{20000}-\u{3ffff}]|\p{Emoji_Presentation}/u;

/** Columns of the widest. */
export function widestOf(texts: Iterable<string>): number {
  let widest = 0;
  for (const text of texts) widest = Math.max(widest, widthOf(text));
  return widest;
}

/**
 * The same value with every control character in its strings written out (`\x1b`): a history may come from anywhere, and
 * escape sequences in it could move the cursor, change the window title or hide text.
 */
export function harmless<Value>(value: Value): Value {
  if (typeof value === "string") return value.replace(controls, escaped) as Value;
  if (Array.isArray(value)) return value.map((element) => harmless(element)) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [harmless(key), harmless(inner)])) as Value;
}

/** The value as JSON on one line, its strings harmless. */
export function harmlessLine(value: unknown): string {
  const line = JSON.stringify(value);
  // JSON writes a control character with a backslash. Most lines have neither that nor anything else to be written out.
  return line.includes("\\") || line.search(controls) >= 0 ? JSON.stringify(harmless(value)) : line;
}

/** Control and formatting characters (bidirectional overrides, zero width), halves of surrogate pairs, line separators. */
const controls = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
}
