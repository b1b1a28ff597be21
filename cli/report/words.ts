import type { Fate } from "../verdict/fates.ts";
import type { Verdict } from "../verdict/result.ts";

/** Signs never stand alone: each has its word. */
export const signs: Record<Verdict, string> = { confirmed: "✓", refuted: "✗", inconclusive: "?" };

/** What is said of a number of sessions: "10 lost", "30 flicker". */
export const fateWords: Record<Fate, string> = {
  crossed: "crossed",
  "not-judged": "not judged",
  unreachable: "unreachable",
  unstable: "flicker",
  orphaned: "orphaned",
  lost: "lost",
  degraded: "degraded",
  resurrected: "resurrected",
  "rolled-back": "rolled back",
  survived: "survived",
};

/** `20/30 lost 8, orphaned 2`: who survived, and what became of the others; one word where all had the same other fate. */
export function countsInWords(counts: Partial<Record<Fate, number>>, sessions: number): string {
  if (sessions === 0) return "nobody";
  if (counts.unstable === sessions) return "flickers";
  if (counts["not-judged"] === sessions) return "not judged";
  const others = Object.entries(counts)
    .filter(([fate]) => fate !== "survived")
    .map(([fate, count]) => `${fateWords[fate as Fate]} ${count}`);
  return `${counts.survived ?? 0}/${sessions} ${others.join(", ")}`.trimEnd();
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
