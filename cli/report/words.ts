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

type Counts = Partial<Record<Fate, number>>;

/**
 * `20/30 lost 8, orphaned 2`: who survived, and what became of the others; one word where all had the same other fate. Where
 * users logged out, to survive would be the wrong word: `5/6 stay out, let in again 1`.
 *
 * @param stayedOut how many of those who count as survived logged out and stayed out
 */
export function countsInWords(counts: Counts, sessions: number, stayedOut = 0): string {
  if (sessions === 0) return "nobody";
  if (counts.unstable === sessions) return "flickers";
  if (counts["not-judged"] === sessions) return "not judged";
  const isLogout = isAboutLogout({ fates: counts, stayedOut });
  const survivors = (counts.survived ?? 0) - stayedOut;
  const others = Object.entries(counts)
    .filter(([fate]) => fate !== "survived")
    .map(
      ([fate, count]) => `${isLogout && fate === "resurrected" ? "let in again" : fateWords[fate as Fate]} ${count}`,
    );
  if (isLogout) return [`${stayedOut}/${sessions} stay out`, ...others].join(", ");
  const all = stayedOut > 0 ? [...others, `stay out ${stayedOut}`] : others;
  return `${survivors}/${sessions} ${all.join(", ")}`.trimEnd();
}

/** Everybody logged out: what is asked is not who is still logged in. */
export function isAboutLogout({ fates, stayedOut = 0 }: { fates: Counts; stayedOut?: number }): boolean {
  return (fates.survived ?? 0) === stayedOut && stayedOut + (fates.resurrected ?? 0) > 0;
}

/** What the numbers in the cells of a matrix mean. */
export function countsLegend(architectures: readonly { fates: Counts; stayedOut?: number }[]): string {
  return architectures.some(isAboutLogout)
    ? "20/30 stay out = 20 of 30 users who logged out stay logged out"
    : "20/30 = 20 of 30 sessions survived";
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
