import stringWidth from "fast-string-width";

/** How text meets a terminal: its width, its line breaks, and what must not reach it. */

/**
 * Breaks at spaces so that no line is wider than `columns`; a single word that is wider stays whole. The words themselves stay byte by
 * byte: they may be paths and commands.
 */
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
 * two, marks that stand above, below or around another character none, colours none.
 */
export function widthOf(text: string): number {
  return stringWidth(text) + (text.match(widerThanCounted)?.length ?? 0);
}

/**
 * What takes one column more than fast-string-width says: spacing marks (Mc), which take a column of their own, and characters of East
 * Asian Width W (Unicode 16, UAX #11) in scripts and ranges that it does not know.
 */
const widerThanCounted =
  /[\p{Mc}\p{Script=Yi}\p{Script=Khitan_Small_Script}\p{Script=Nushu}\u302a-\u302d\u31e4\u31e5\u3248-\u324f\u4dc0-\u4dff\u{16fe4}\u{1d300}-\u{1d37f}\u{1f260}-\u{1f265}]/gu;

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
