import type { Third } from "../../theory/step-table.ts";
import { type KeepingInUse, whileInUse } from "../keep-in-use.ts";
import { type Predicting, predict } from "../predict.ts";
import type { RunContext } from "../run-context.ts";
import {
  type CheckingIn,
  everyoneBrowses,
  everyoneChecksIn,
  everyoneLogsIn,
  everyoneLogsOut,
  everyoneReadsBack,
  everyoneShops,
  type ReadingBack,
  regularsKeepShopping,
  type UsersActing,
  type UsersActingInTime,
} from "../users-act.ts";
import { type Changing, chooseForgedCookies, chooseNewAddresses, everyoneChanges } from "../users-change.ts";
import type { Played } from "./played.ts";

export const logIn: Played<"log-in", UsersActingInTime> = ({ only }, run) => {
  run.narrator.doing(`${howMany(run, only)} users log in`);
  return everyoneLogsIn(run, only);
};

export const shop: Played<"shop", UsersActing> = ({ only }, run) => {
  run.narrator.doing(`${howMany(run, only)} users fill their carts`);
  return everyoneShops(run, only);
};

export const readBack: Played<"read-back", ReadingBack> = (_, run) => {
  run.narrator.doing(`${howMany(run)} users are asked who they are, before anything breaks`);
  return everyoneReadsBack(run);
};

export const browse: Played<"browse", UsersActing> = (step, run) => {
  run.narrator.doing(`${howMany(run)} users browse for ${step.forMs / 1_000} s or more`);
  return everyoneBrowses(run, step);
};

export const keepShopping: Played<"keep-shopping", UsersActingInTime & KeepingInUse & Predicting> = async (
  { forMs },
  run,
) => {
  await whileInUse(run, () => predict(run));
  run.narrator.doing("every second user stays away, the others keep shopping");
  await regularsKeepShopping(run, forMs);
};

export const logOut: Played<"log-out", UsersActing & Predicting> = async (_, run) => {
  await predict(run);
  run.narrator.doing(`${howMany(run)} users log out`);
  await everyoneLogsOut(run);
};

export const change: Played<"change", Changing & Predicting> = async ({ what }, run) => {
  if (what === "address") await chooseNewAddresses(run);
  if (what === "forged-affinity") chooseForgedCookies(run);
  await predict(run);
  everyoneChanges(run, what);
};

export const checkIn: Played<"check-in", CheckingIn & Predicting> = async (_, run) => {
  await predict(run);
  run.narrator.doing(`${howMany(run)} users are asked who they are, for the record`);
  await everyoneChecksIn(run);
};

function howMany({ members }: Pick<RunContext, "members">, only?: readonly Third[]): number | string {
  return only ? "some" : members.length;
}
