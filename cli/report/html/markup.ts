import { harmless } from "../text.ts";

/** Text that is HTML already, because `html` made it. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Part[];

/** Template for HTML: everything put in is escaped, unless it is markup itself. Only for element content and quoted attributes. */
export function html(pieces: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(pieces.reduce((text, piece, index) => text + written(parts[index - 1] ?? "") + piece));
}

function written(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map(written).join("");
  return escaped(String(part));
}

function escaped(text: string): string {
  return harmless(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** JSON for a script element: nothing in it can end the element or begin another. */
export function jsonForScript(value: unknown): Markup {
  return new Markup(
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === "string" ? harmless(inner) : inner))
      .replaceAll("<", "\\u003c")
      .replaceAll(">", "\\u003e")
      .replaceAll("&", "\\u0026"),
  );
}
