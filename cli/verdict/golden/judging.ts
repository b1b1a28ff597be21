import { fateOf } from "../fate-of.ts";
import type { Fate } from "../fates.ts";
import { judge } from "../judge.ts";
import { noteEvent } from "../note-event.ts";
import type { ArchitectureResult, Result } from "../result.ts";
import { newRun, type RunRecord } from "../run-record.ts";
import { type Story, story } from "./history-builder.ts";

/** What the judge remembers of a story. */
export function recordOf({ events }: Story): RunRecord {
  const [run, ...rest] = events;
  if (run?.type !== "run") throw new TypeError("a story begins with a run event");
  const record = newRun(run);
  for (const event of rest) noteEvent(record, event);
  return record;
}

export function fateIn(told: Story, user: string): Fate {
  const record = recordOf(told);
  return fateOf(record.sessions.get(user)!, record);
}

export function resultOf({ events }: Story): Promise<Result> {
  return judge(events);
}

/** The result of the only, or the named, architecture. */
export async function architectureIn(told: Story, id = "cookie.memory"): Promise<ArchitectureResult> {
  const { architectures } = await resultOf(told);
  return architectures.find((architecture) => architecture.id === id)!;
}

/** ada lives on app1, bob on app2, cyd on app3; nothing is broken yet. */
export function threeUsers(architecture = "cookie.memory"): Story {
  return story({ architectures: [architecture] })
    .comesIn("ada", "app1", { architecture })
    .comesIn("bob", "app2", { architecture })
    .comesIn("cyd", "app3", { architecture });
}

/** Theory of the server crash: whoever lived in the memory of app2 is lost. */
export function predictCrash(told: Story, bob: string | string[] = "lost"): Story {
  return told.predicts("ada", "survived").predicts("bob", bob).predicts("cyd", "survived");
}

/** app2 is killed and comes back as another process; everything is well again. */
export function crashAndRepair(told: Story): Story {
  return told.injects("kill", "app2").heals("kill", "app2").isReborn("app2").settles();
}
