import type { HistoryEvent } from "../../history/events.ts";

/**
 * The same history with something put behind every free text in it: names, reasons, evidence, titles. What the lab itself
 * chooses among (types, answers, fates) stays as it is.
 */
export function withHostileTexts(events: readonly HistoryEvent[], nasty: string): HistoryEvent[] {
  const free = new Set(["title", "question", "command", "says", "because", "reason", "item", "line", "name"]);
  const spoil = (value: unknown, key = ""): unknown => {
    if (typeof value === "string") return free.has(key) || key === "user" ? `${value}${nasty}` : value;
    if (Array.isArray(value)) return value.map((element) => spoil(element, key === "cart" ? "item" : key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, spoil(inner, name)]));
  };
  return events.map((event) => spoil(event) as HistoryEvent);
}

/** Attempts to become markup, script or a command. */
export const nastyTexts = [
  "</script><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "\"'><svg/onload=alert(1)>",
  "]]><!--&amp;",
  "\u001b[2J\u202e\u2028\u{e0041}\ufffe\ud800",
  "|`**[x](javascript:alert(1))**` @everyone #1\n# heading",
  "%0A::error::x\r\n::set-output name=x::y ##[error]z",
];
