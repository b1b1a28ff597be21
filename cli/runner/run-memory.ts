import { type CountedAnswers, noAnswers } from "./act-on-record.ts";
import { type BrokenSoFar, nothingBroken } from "./broken.ts";
import { everybodyInUse, type InUse } from "./keep-in-use.ts";
import type { StoresLookedInto } from "./look-into-stores.ts";
import { type LivesNoted, noLives } from "./note-disturbances.ts";
import { type FailoversNoted, noFailovers } from "./note-failovers.ts";
import { nothingPredicted, type Predictions } from "./predict.ts";
import { noStrangers, type StrangersSoFar } from "./strangers-try.ts";
import { type NewSeats, noNewSeats } from "./users-change.ts";
import { noSessionsKept, type SessionsKept } from "./where-sessions-are.ts";

/** What the concerns of a run remember from step to step; what each part is, its own file says. */
export type RunMemory = CountedAnswers &
  BrokenSoFar &
  FailoversNoted &
  InUse &
  LivesNoted &
  NewSeats &
  Predictions &
  SessionsKept &
  StoresLookedInto &
  StrangersSoFar;

export function newMemory({ idleMs }: Pick<InUse, "idleMs"> = {}): RunMemory {
  return {
    ...noAnswers(),
    ...nothingBroken(),
    ...noFailovers(),
    ...everybodyInUse(idleMs),
    ...noLives(),
    ...noNewSeats(),
    ...nothingPredicted(),
    ...noSessionsKept(),
    ...noStrangers(),
  };
}
