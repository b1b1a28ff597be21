import { setTimeout as sleep } from "node:timers/promises";
import type { Member } from "../users/population.ts";
import { type Acting, act } from "./act-on-record.ts";
import { eachInTurn } from "./pace.ts";
import type { RunContext } from "./run-context.ts";
import { newBrowserAt, type Visiting } from "./visit.ts";

/**
 * Where sessions end within seconds, the lab's own slowness must not end them: only writes renew a session (services/app), so
 * whoever is meant to be in use buys something in time, whatever else goes on, for as long as it goes on.
 */

/** Whose sessions are to be kept in use: where the scenario wants short ones, and until when everybody's. */
export interface InUse {
  /** How long a session may go unused; undefined where it has all the time that it wants. */
  idleMs?: number;
  /** From the moment when the baseline is read those who stay away are not asked any more. */
  baseline: { isRead: boolean };
}

export function everybodyInUse(idleMs?: number): InUse {
  return { ...(idleMs === undefined ? {} : { idleMs }), baseline: { isRead: false } };
}

export type KeepingInUse = Pick<RunContext, "members" | "shuffle" | "signal"> & InUse & Acting;

/** Of the idle time; so much of it may pass before a user buys something. The rest is for a slow machine. */
const dueAfter = 1 / 3;
/** While others speak or look, it is looked so often who is due. */
const paceMs = 250;

/** How many rounds of visits are measured, and how the longest counts: between two purchases of a user lie up to two rounds. */
const roundsMeasured = 3;
const roundsOfPatience = 6;
const shortestIdleMs = 6_000;

/** An idle time in whole seconds, as short as this machine allows at the moment: by the longest of a few rounds of visits. */
export async function shortIdleMs(run: Pick<RunContext, "members" | "signal"> & Visiting): Promise<number> {
  let longestMs = 0;
  for (let round = 0; round < roundsMeasured && !run.signal.aborted; round++) {
    const begin = performance.now();
    const visit = async ({ architecture, user }: Member) => void (await newBrowserAt(run, architecture, user.address));
    await eachInTurn(run.members, visit, run.signal);
    longestMs = Math.max(longestMs, performance.now() - begin);
  }
  return Math.ceil((shortestIdleMs + roundsOfPatience * longestMs) / 1_000) * 1_000;
}

/** Whether it is time for a user to buy something. */
export function isDue(
  { idleMs, recorder }: Pick<InUse, "idleMs"> & Pick<RunContext, "recorder">,
  { user }: Member,
): boolean {
  const renewedAt = user.writtenAt.at(-1);
  return idleMs !== undefined && renewedAt !== undefined && recorder.now() - renewedAt >= idleMs * dueAfter;
}

/** Has a user buy something, if it is time for it. */
export async function renewIfDue(run: Pick<InUse, "idleMs"> & Acting, member: Member): Promise<void> {
  if (isDue(run, member)) await act(run, member, "add-item", { item: member.user.newSmallItem() });
}

/** Those whose sessions are meant to stay: everybody until the baseline is read, then the regulars. */
function membersInUse({ members, baseline }: Pick<RunContext, "members"> & Pick<InUse, "baseline">): Member[] {
  return members.filter(({ user, staysAway }) => user.home !== undefined && !(baseline.isRead && staysAway));
}

/** Does something that takes as long as it takes. Meanwhile the sessions that are meant to stay are kept in use. */
export async function whileInUse<Done>(run: KeepingInUse, doing: () => Done | Promise<Done>): Promise<Done> {
  const begun = doing();
  if (run.idleMs === undefined || !(begun instanceof Promise)) return begun;
  const over = new AbortController();
  const both = [begun.finally(() => over.abort()), keepShopping(run, over.signal)] as const;
  await Promise.allSettled(both);
  return (await Promise.all(both))[0];
}

async function keepShopping(run: KeepingInUse, over: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([run.signal, over]);
  while (!signal.aborted) {
    await eachInTurn(run.shuffle(membersInUse(run)), (member) => renewIfDue(run, member), signal);
    await sleep(paceMs, undefined, { signal }).catch(() => {});
  }
}
