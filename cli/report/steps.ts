import { plural } from "./words.ts";

export interface StepsOptions {
  title: string;
  /** In words, in order. */
  steps: readonly string[];
  /** Ids. */
  architectures: readonly string[];
  /** What takes part without having been asked for, in sentences. */
  alsoTakesPart?: readonly string[];
  /** The app server that takes the place of the word "victim". */
  victim: string;
  /** Per architecture. */
  users: number;
  /** Nobody gave a seed: each time it is another one. */
  isDrawn: boolean;
  /** How often the steps are played, and what differs. */
  runs: readonly { seed: number; victim: string; faultDelayMs?: number }[];
}

/** The steps of a scenario, for `--dry-run`. */
export function stepsReport({ title, steps, architectures, alsoTakesPart = [], ...rest }: StepsOptions): string {
  const lines = steps.map((step, index) => `${String(index + 1).padStart(3)}. ${step}`);
  return [
    title,
    `on ${architectures.join(", ")}`,
    ...alsoTakesPart,
    ...describeRuns(rest),
    "",
    ...lines,
    "",
    "Nothing was started (--dry-run).",
    "",
  ].join("\n");
}

function describeRuns({ users, victim, isDrawn, runs }: Pick<StepsOptions, "users" | "victim" | "isDrawn" | "runs">) {
  const each = `${plural(users, "user")} each`;
  const seedOf = (seed: number) => (isDrawn ? "a seed that is drawn" : `seed ${seed}`);
  if (runs.length === 1) return [`${each}, victim ${victim}, ${seedOf(runs[0]!.seed)}`];
  return [
    `${each}, ${runs.length} trials:`,
    ...runs.map((run, index) => {
      const delay = isDrawn ? "" : `, its faults ${run.faultDelayMs ?? 0} ms later`;
      return `  trial ${index + 1}: victim ${run.victim}, ${seedOf(run.seed)}${delay}`;
    }),
  ];
}
