import type { Answers, Measure, Seen } from "../theory/scenario.ts";
import { isElsewhere } from "./act-on-record.ts";
import { seenInStores } from "./look-into-stores.ts";
import type { Stage } from "./stage.ts";
import { nobodyTried } from "./strangers-try.ts";

const none: Answers = { me: 0, "someone-else": 0, anonymous: 0, "store-unreachable": 0, none: 0, degraded: 0 };
const noAnswers = { answers: none, answersElsewhere: none };

/** Measures every architecture and writes down the value with the bound that theory sets. */
export async function takeMeasure(stage: Stage, measure: Measure): Promise<void> {
  const { architectures, members, answers, strangers, recorder } = stage;
  const { name, unit, value, bound, looksIntoStore } = measure;
  const stored = looksIntoStore === undefined ? new Map() : await seenInStores(stage, looksIntoStore);
  for (const architecture of architectures) {
    const homes: Record<string, number> = {};
    for (const { user, role, architecture: own } of members)
      if (own === architecture && role === "subject" && user.home !== undefined)
        homes[user.home] = (homes[user.home] ?? 0) + 1;
    const { policy, store, id } = architecture;
    const subjectsElsewhere = members.filter(
      ({ user, role, architecture: own }) => own === architecture && role === "subject" && isElsewhere(stage, user.id),
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
