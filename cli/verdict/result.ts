import * as z from "zod";
import { type Fate, fates } from "./fates.ts";

/**
 * The result document: what `--json` prints and what every report is made from. Fields may be added; none is renamed or
 * removed without a new schema version.
 */
export const resultVersion = 1;

const fateNames = Object.keys(fates) as [Fate, ...Fate[]];
const verdict = z.enum(["confirmed", "refuted", "inconclusive"]);
/** How many sessions had each fate; fates that nobody had are left out. */
const fateCounts = z.partialRecord(z.enum(fateNames), z.number().int().positive());

const architecture = z.object({
  id: z.string(),
  policy: z.string(),
  store: z.string(),
  verdict,
  /** Why the verdict is not `confirmed`, in sentences. */
  reasons: z.array(z.string()),
  /** Subjects; controls that were added because few users were asked for are not counted. */
  sessions: z.number().int().nonnegative(),
  /** Of these, whose users logged out and stayed out. Their fate is `survived`: the logout did. */
  stayedOut: z.number().int().positive().exactOptional(),
  /** Of these, how many the fault touched. */
  exposed: z.number().int().nonnegative(),
  fates: fateCounts,
  expected: fateCounts,
  /** Sessions, controls included, whose fate is not the expected one. */
  mismatches: z.number().int().nonnegative(),
  /** The first few of them, in words. */
  mismatchExamples: z.array(z.string()),
  /** Why theory says what it says: one entry for each kind of expectation. */
  because: z.array(z.object({ fate: z.string(), sessions: z.number().int(), because: z.string() })),
  /** Why sessions did not survive, by evidence. */
  causes: z.array(
    z.object({ cause: z.string(), fate: z.enum(fateNames), sessions: z.number().int(), evidence: z.string() }),
  ),
  /** What the scenario measured besides survival, with the bounds of theory. */
  measures: z
    .array(
      z.object({
        name: z.string(),
        value: z.number(),
        unit: z.string(),
        expected: z.string(),
        ok: z.boolean(),
        because: z.string(),
      }),
    )
    .default([]),
  /** Home app server of each subject: where its login was acknowledged. */
  placement: z.record(z.string(), z.number().int()),
  outage: z.object({
    failedRequests: z.number().int(),
    timesAnonymous: z.number().int(),
    /** The longest that a user waited for a definitive answer; whoever still waited at the end had waited until then. */
    longestGapMs: z.number().int(),
    /** Users who had no definitive answer any more until the last answer of the run. */
    stillWaiting: z.number().int().default(0),
  }),
});

export const resultSchema = z.object({
  schemaVersion: z.literal(resultVersion),
  /**
   * Every reason for an exit code that applies to the command that printed this document, by the names in `lab help exit-codes`;
   * only what a running command prints has it, because it is not in the history.
   */
  exitReasons: z.array(z.string()).exactOptional(),
  run: z.object({
    id: z.string(),
    startedAt: z.string(),
    durationMs: z.number().int().nonnegative(),
    command: z.string(),
    seed: z.number().int(),
    users: z.number().int().positive(),
    /** How many were played. */
    trials: z.number().int().positive(),
    /** What somebody chose; what is missing was left to the scenario and the lab. Runs of old do not say. */
    asked: z
      .object({
        policies: z.array(z.string()).exactOptional(),
        stores: z.array(z.string()).exactOptional(),
        users: z.number().int().positive().exactOptional(),
        victim: z.string().exactOptional(),
        trials: z.number().int().positive().exactOptional(),
      })
      .exactOptional(),
    /** Of one trial: the set that it is part of, and the set's seed. */
    trial: z.object({ set: z.string(), seed: z.number().int(), number: z.number().int().positive() }).exactOptional(),
    victim: z.string(),
    /** False when the run was cut short. */
    complete: z.boolean(),
    versions: z.object({
      lab: z.string(),
      engine: z.string(),
      compose: z.string(),
      nginx: z.string(),
      node: z.string(),
      redis: z.string(),
      /** By the name of each image that the lab ran: its digest in the registry that it came from, else its id. Runs of old do not say. */
      images: z.record(z.string(), z.string()).exactOptional(),
    }),
  }),
  scenario: z.object({
    id: z.string(),
    title: z.string(),
    question: z.string(),
    /** What the scenario suggests to run next, and what one will see there. */
    next: z.object({ scenario: z.string(), toSee: z.string() }).optional(),
  }),
  verdict,
  /** Why the verdict of the whole run is not `confirmed`, in sentences. */
  reasons: z.array(z.string()),
  faults: z.array(
    z.object({
      kind: z.string(),
      target: z.string(),
      confirmed: z.boolean(),
      healed: z.boolean(),
      atMs: z.number(),
      evidence: z.array(z.string()),
    }),
  ),
  architectures: z.array(architecture),
  leftovers: z.array(z.object({ kind: z.string(), name: z.string() })),
});

export type Result = z.infer<typeof resultSchema>;
export type ArchitectureResult = z.infer<typeof architecture>;
export type Verdict = z.infer<typeof verdict>;

/**
 * The JSON Schema (draft 2020-12) of the result document, shipped as docs/result.schema.json. It allows unknown fields
 * (`io: "input"`), because fields may be added.
 */
export function resultJsonSchema(): object {
  return {
    title: "Result of a session-lab run",
    ...z.toJSONSchema(resultSchema, { target: "draft-2020-12", io: "input" }),
  };
}
