import type { Fate } from "./fates.ts";
import type { ArchitectureResult, Result, Verdict } from "./result.ts";

/**
 * Several runs of one scenario as one result: counts are added, and the verdict is the worst of all, so that a claim stands only
 * when the trials are unanimous. The unit of statistics is the trial: users of one killed server fail together. A set that was
 * cut short says how far it got.
 *
 * @param trials at least one, all of the same set, or all of the same scenario and the same architectures
 */
export function combineTrials(trials: readonly Result[]): Result {
  const [first] = trials;
  if (!first) throw new TypeError("no trial to combine");
  const { trial: set, ...run } = first.run;
  if (trials.length === 1 && !set) return first;
  const asked = run.asked?.trials ?? trials.length;
  const cutShort =
    trials.length < asked ? [`the set was cut short: ${trials.length} of ${asked} trials were played`] : [];
  return {
    ...first,
    run: {
      ...run,
      ...(set ? { id: set.set, seed: set.seed } : {}),
      durationMs: sum(trials.map(({ run }) => run.durationMs)),
      trials: trials.length,
      victim: [...new Set(trials.map(({ run }) => run.victim))].join(", "),
      complete: cutShort.length === 0 && trials.every(({ run }) => run.complete),
    },
    verdict: worst([...trials.map(({ verdict }) => verdict), ...cutShort.map((): Verdict => "inconclusive")]),
    reasons: [
      ...cutShort,
      ...trials.flatMap(({ reasons, run: { trial } }, index) =>
        reasons.map((reason) => `trial ${trial?.number ?? index + 1}: ${reason}`),
      ),
    ],
    faults: trials.flatMap(({ faults }) => faults),
    architectures: first.architectures.map(({ id }) =>
      combineArchitecture(trials.flatMap(({ architectures }) => architectures.filter((one) => one.id === id))),
    ),
    leftovers: trials.flatMap(({ leftovers }) => leftovers),
  };
}

function combineArchitecture(parts: readonly ArchitectureResult[]): ArchitectureResult {
  const stayedOut = sum(parts.map((part) => part.stayedOut ?? 0));
  return {
    ...parts[0]!,
    ...(stayedOut > 0 ? { stayedOut } : {}),
    verdict: worst(parts.map(({ verdict }) => verdict)),
    reasons: [...new Set(parts.flatMap(({ reasons }) => reasons))],
    sessions: sum(parts.map(({ sessions }) => sessions)),
    exposed: sum(parts.map(({ exposed }) => exposed)),
    fates: addCounts(parts.map(({ fates }) => fates)),
    expected: addCounts(parts.map(({ expected }) => expected)),
    mismatches: sum(parts.map(({ mismatches }) => mismatches)),
    mismatchExamples: parts.flatMap(({ mismatchExamples }) => mismatchExamples).slice(0, 3),
    because: merge(
      parts.flatMap(({ because }) => because),
      ({ fate, because }) => `${fate}: ${because}`,
    ),
    causes: merge(
      parts.flatMap(({ causes }) => causes),
      ({ cause, fate }) => `${cause} ${fate}`,
    ),
    measures: parts.flatMap(({ measures }) => measures),
    placement: addCounts(parts.map(({ placement }) => placement)),
    outage: {
      failedRequests: sum(parts.map(({ outage }) => outage.failedRequests)),
      timesAnonymous: sum(parts.map(({ outage }) => outage.timesAnonymous)),
      longestGapMs: Math.max(...parts.map(({ outage }) => outage.longestGapMs)),
      stillWaiting: sum(parts.map(({ outage }) => outage.stillWaiting)),
    },
  };
}

/** Refuted beats inconclusive beats confirmed. */
function worst(verdicts: readonly Verdict[]): Verdict {
  return (["refuted", "inconclusive"] as const).find((verdict) => verdicts.includes(verdict)) ?? "confirmed";
}

function addCounts<Name extends string | Fate>(counts: readonly Partial<Record<Name, number>>[]): Record<Name, number> {
  const total = {} as Record<Name, number>;
  for (const count of counts)
    for (const [name, number] of Object.entries(count) as [Name, number][]) total[name] = (total[name] ?? 0) + number;
  return total;
}

/** Adds up the sessions of entries that say the same; the first one speaks for all, e.g. with the evidence of its trial. */
function merge<Entry extends { sessions: number }>(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
): Entry[] {
  const merged = new Map<string, Entry>();
  for (const entry of entries) {
    const known = merged.get(keyOf(entry));
    merged.set(keyOf(entry), known ? { ...known, sessions: known.sessions + entry.sessions } : entry);
  }
  return [...merged.values()];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
