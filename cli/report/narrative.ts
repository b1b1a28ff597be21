import type { Fate } from "../verdict/fates.ts";
import type { ArchitectureResult, Result } from "../verdict/result.ts";
import { fateWords, plural } from "./words.ts";

/** One sentence for each way in which sessions were harmed; architectures that share it are named together. */
export function whySentences(architectures: readonly ArchitectureResult[]): string[] {
  const patterns = new Map<string, { names: string[]; counts: number[]; says: string }>();
  for (const { id, causes, because } of architectures)
    for (const { cause, fate, sessions, evidence } of causes) {
      const says = sentenceAbout({ cause, fate, evidence, because });
      const pattern = patterns.get(says) ?? { names: [], counts: [], says };
      pattern.names.push(id);
      pattern.counts.push(sessions);
      patterns.set(says, pattern);
    }
  return [...patterns.values()].map(({ names, counts, says }) => `${names.join(", ")}: ${counts.join(" + ")} ${says}`);
}

/** What happened and what proves it; theory's reason only where theory named this very fate and evidence bears it out. */
function sentenceAbout({
  cause,
  fate,
  evidence,
  because,
}: {
  cause: string;
  fate: Fate;
  evidence: string;
  because: ArchitectureResult["because"];
}): string {
  if (cause === "unattributed") return `${fateWords[fate]}, cause unknown: ${evidence}`;
  const theory = because.find((reason) => reason.fate === fate)?.because;
  return theory ? `${fateWords[fate]} because ${theory} (${evidence})` : `${fateWords[fate]}: ${evidence}`;
}

/** Why architectures are refuted or without verdict, with examples; those with the same reasons are named together. */
export function doubtSentences(architectures: readonly ArchitectureResult[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { id, verdict, reasons, mismatchExamples } of architectures) {
    if (verdict === "confirmed") continue;
    const says = [...reasons, ...mismatchExamples.slice(1)].join("; ");
    groups.set(says, [...(groups.get(says) ?? []), id]);
  }
  return [...groups].map(([says, names]) => `${names.join(", ")}: ${says}`);
}

/** The worst that users felt, in one line; losing a session is not an outage, for who is told so has an answer. */
export function outageSentence(architectures: readonly ArchitectureResult[]): string {
  const worst = (measure: (outage: ArchitectureResult["outage"]) => number) =>
    architectures.reduce<ArchitectureResult | undefined>(
      (found, one) => (measure(one.outage) > (found ? measure(found.outage) : 0) ? one : found),
      undefined,
    );
  const slowest = worst(({ longestGapMs }) => longestGapMs);
  const failing = worst(({ failedRequests }) => failedRequests);
  const gap = slowest ? `longest wait ${slowest.outage.longestGapMs} ms (${slowest.id})` : "nobody waited";
  const waiting = worst(({ stillWaiting }) => stillWaiting);
  const open = waiting
    ? `, and ${plural(waiting.outage.stillWaiting, "user")} (${waiting.id}) still waited when the run ended`
    : "";
  const failed = failing
    ? `most failed requests ${failing.outage.failedRequests} (${failing.id})`
    : "no request failed";
  return `${gap}${open}; ${failed}`;
}

/** What was broken when, and the signs that it was. */
export function faultSentence({ kind, target, confirmed, healed, atMs, evidence }: Result["faults"][number]): string {
  const signs = evidence.length > 0 ? ` (${evidence.join("; ")})` : "";
  const seconds = (atMs / 1_000).toFixed(1);
  return `${kind} ${target} at ${seconds} s, ${confirmed ? "confirmed" : "NOT confirmed"}${signs}, ${healed ? "healed" : "NOT healed"}`;
}

/** How far one run reaches. The unit is the fault injection, not the user. */
export function statisticsSentence({
  trials,
  users,
  unanimous,
}: {
  trials: number;
  users: number;
  /** Every trial came out as predicted. */
  unanimous: boolean;
}): string {
  if (trials === 1)
    return `demonstration: 1 trial with ${plural(users, "user")} per architecture, who fail together and count once`;
  if (!unanimous) return `${trials} trials, not unanimous: they allow no claim`;
  // With no exception in n trials, the rate of exceptions is below 1 - 0.05^(1/n), with 95 % confidence.
  const boundPercent = (1 - 0.05 ** (1 / trials)) * 100;
  return `${trials} trials; an exception that never showed in them is rarer than ${boundPercent.toFixed(1)} % (95 %)`;
}
