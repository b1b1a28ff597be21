import { setTimeout as sleep } from "node:timers/promises";
import type { Member } from "../users/population.ts";
import { act } from "./act-on-record.ts";
import { eachInTurn } from "./pace.ts";
import type { Stage } from "./stage.ts";
import { newBrowserAt } from "./visit.ts";

/**
 * Where sessions end within seconds, the lab's own slowness must not end them: only writes renew a session (services/app), so
 * whoever is meant to be in use buys something in time, whatever else goes on, for as long as it goes on.
 */

/** Of the idle time; so much of it may pass before a user buys something. The rest is for a slow machine. */
const dueAfter = 1 / 3;
/** While others speak or look, it is looked so often who is due. */
const paceMs = 250;

/** How many rounds of visits are measured, and how the longest counts: between two purchases of a user lie up to two rounds. */
const roundsMeasured = 3;
const roundsOfPatience = 6;
const shortestIdleMs = 6_000;

/** An idle time in whole seconds, as short as this machine allows at the moment: by the longest of a few rounds of visits. */
export async function shortIdleMs(stage: Stage): Promise<number> {
  let longestMs = 0;
  for (let round = 0; round < roundsMeasured && !stage.signal.aborted; round++) {
    const begin = performance.now();
    const visit = async ({ architecture, user }: Member) =>
      void (await newBrowserAt(stage, architecture, user.address));
    await eachInTurn(stage.members, visit, stage.signal);
    longestMs = Math.max(longestMs, performance.now() - begin);
  }
  return Math.ceil((shortestIdleMs + roundsOfPatience * longestMs) / 1_000) * 1_000;
}

/** Whether it is time for a user to buy something. */
export function isDue({ idleMs, recorder }: Stage, { user }: Member): boolean {
  const renewedAt = user.writtenAt.at(-1);
  return idleMs !== undefined && renewedAt !== undefined && recorder.now() - renewedAt >= idleMs * dueAfter;
}

/** Has a user buy something, if it is time for it. */
export async function renewIfDue(stage: Stage, member: Member): Promise<void> {
  if (isDue(stage, member)) await act(stage, member, "add-item", { item: member.user.newSmallItem() });
}

/** Those whose sessions are meant to stay: everybody until the baseline is read, then the regulars. */
function membersInUse({ members, isBaselineRead }: Stage): Member[] {
  return members.filter(({ user, staysAway }) => user.home !== undefined && !(isBaselineRead && staysAway));
}

/** Does something that takes as long as it takes. Meanwhile the sessions that are meant to stay are kept in use. */
export async function whileInUse<Done>(stage: Stage, doing: () => Done | Promise<Done>): Promise<Done> {
  const begun = doing();
  if (stage.idleMs === undefined || !(begun instanceof Promise)) return begun;
  const over = new AbortController();
  const both = [begun.finally(() => over.abort()), keepShopping(stage, over.signal)] as const;
  await Promise.allSettled(both);
  return (await Promise.all(both))[0];
}

async function keepShopping(stage: Stage, over: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stage.signal, over]);
  while (!signal.aborted) {
    await eachInTurn(stage.shuffle(membersInUse(stage)), (member) => renewIfDue(stage, member), signal);
    await sleep(paceMs, undefined, { signal }).catch(() => {});
  }
}
