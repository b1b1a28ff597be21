import { harmless } from "./text.ts";

/** Text or an attribute's value for XML 1.0, where most control characters are not allowed in any form. */
export function xmlText(untrusted: string): string {
  return harmless(untrusted)
    .replaceAll(/[\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** `<name a="1">`, or `<name a="1"/>` when `isEmpty`. */
export function xmlTag(
  name: string,
  attributes: Record<string, string | number>,
  { isEmpty = false }: { isEmpty?: boolean } = {},
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${xmlText(String(value))}"`);
  return `<${name}${written.join("")}${isEmpty ? "/" : ""}>`;
}
