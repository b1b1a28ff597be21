import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../../servers/fault.ts";
import { type Aiming, aim } from "../aim.ts";
import { type Breaking, injectAsCondition, injectFaults } from "../faults-happen.ts";
import { type Healing, healFaults } from "../heal-faults.ts";
import { type LookingForDisturbances, noteDisturbances } from "../note-disturbances.ts";
import { noteFailovers } from "../note-failovers.ts";
import { type Predicting, predict } from "../predict.ts";
import type { RunContext } from "../run-context.ts";
import { type Settling, settle as settleDown } from "../settle.ts";
import type { Played } from "./played.ts";

export const given: Played<"given", Aiming & Breaking> = async ({ faults }, run) => {
  const aimed = await aim(run, faults);
  tellFaults(run, aimed);
  await injectAsCondition(run, aimed);
};

export const inject: Played<
  "inject",
  Aiming & Breaking & Predicting & LookingForDisturbances & Pick<RunContext, "faultDelayMs">
> = async ({ faults }, run) => {
  await predict(run);
  await noteFailovers(run);
  if (run.faultDelayMs) await sleep(run.faultDelayMs);
  const aimed = await aim(run, faults);
  tellFaults(run, aimed);
  await noteDisturbances(run);
  await injectFaults(run, aimed);
};

export const heal: Played<"heal", Healing & Settling> = async (_, run) => {
  run.narrator.doing("repairing, and waiting until every policy uses every app server again");
  await healFaults(run);
  await settleDown(run);
};

export const settle: Played<"settle", Settling> = (_, run) => {
  run.narrator.doing("waiting until every policy goes by the new lists");
  return settleDown(run);
};

function tellFaults({ narrator }: Pick<RunContext, "narrator">, faults: readonly Fault[]): void {
  narrator.doing(faults.map(({ kind, target }) => `${kind} ${target}`).join(", "));
}
