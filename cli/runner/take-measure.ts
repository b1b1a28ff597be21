import type { Answers, Measure, Seen } from "../theory/facts.ts";
import { type CountedAnswers, isElsewhere } from "./act-on-record.ts";
import type { BrokenSoFar } from "./broken.ts";
import { type LookingIntoStores, seenInStores } from "./look-into-stores.ts";
import type { RunContext } from "./run-context.ts";
import { nobodyTried, type StrangersSoFar } from "./strangers-try.ts";
import type { SessionsKept } from "./where-sessions-are.ts";

const none: Answers = { me: 0, "someone-else": 0, anonymous: 0, "store-unreachable": 0, none: 0, degraded: 0 };
const noAnswers = { answers: none, answersElsewhere: none };

export type Measuring = Pick<RunContext, "architectures" | "members" | "recorder"> &
  LookingIntoStores &
  CountedAnswers &
  Pick<StrangersSoFar, "strangers"> &
  SessionsKept &
  Pick<BrokenSoFar, "broken">;

/** Measures every architecture and writes down the value with the bound that theory sets. */
export async function takeMeasure(run: Measuring, measure: Measure): Promise<void> {
  const { architectures, members, answers, strangers, recorder } = run;
  const { name, unit, value, bound, looksIntoStore } = measure;
  const stored = looksIntoStore === undefined ? new Map() : await seenInStores(run, looksIntoStore);
  for (const architecture of architectures) {
    const homes: Record<string, number> = {};
    for (const { user, role, architecture: own } of members)
      if (own === architecture && role === "subject" && user.home !== undefined)
        homes[user.home] = (homes[user.home] ?? 0) + 1;
    const { policy, store, id } = architecture;
    const subjectsElsewhere = members.filter(
      ({ user, role, architecture: own }) => own === architecture && role === "subject" && isElsewhere(run, user.id),
    ).length;
    const seen: Seen = {
      policy,
      store,
      homes,
      subjectsElsewhere,
      ...(answers.get(id) ?? noAnswers),
      strangers: strangers.get(id) ?? nobodyTried,
      ...(stored.has(store.id) ? { stored: stored.get(store.id) } : {}),
    };
    recorder.record({
      type: "measure",
      at: recorder.now(),
      architecture: id,
      name,
      unit,
      value: Math.round(value(seen) * 1_000) / 1_000,
      ...bound(seen),
    });
  }
}
