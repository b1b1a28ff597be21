import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, OperationKind } from "../history/events.ts";
import type { Third } from "../theory/step-table.ts";
import type { Member } from "../users/population.ts";
import type { OperationOptions } from "../users/virtual-user.ts";
import { type Acting, act } from "./act-on-record.ts";
import { type InUse, isDue, renewIfDue } from "./keep-in-use.ts";
import { flickers } from "./look-into-stores.ts";
import { eachInTurn } from "./pace.ts";
import type { RunContext } from "./run-context.ts";

export type UsersActing = Pick<RunContext, "members" | "shuffle" | "signal"> & Acting;
export type UsersActingInTime = UsersActing & Pick<InUse, "idleMs">;
export type CheckingIn = UsersActingInTime & Pick<RunContext, "door">;
export type ReadingBack = UsersActing & InUse & Pick<RunContext, "scenario" | "victim">;

/** Definitive answers that each user needs in the baseline, and in the final reads. */
const readsNeeded = 3;
/** Luck must not decide: where theory says that both answers will come, or answers fail, a user reads on up to this often. */
const readsAtMost = 20;
/** Between two reads of a user at the end, so that they are not one moment's luck. */
const spacingMs = 100;
/** A user who browses asks at most this often. */
const browsingPaceMs = 100;
/** A regular puts an item into the cart at most this often. */
const shoppingPaceMs = 500;

export async function everyoneLogsIn(run: UsersActingInTime, only?: readonly Third[]): Promise<void> {
  const { idleMs } = run;
  const options = idleMs === undefined ? {} : { idleSeconds: idleMs / 1_000 };
  await everyone(run, those(run, only), "log-in", () => options);
}

export async function everyoneShops(run: UsersActing, only?: readonly Third[]): Promise<void> {
  await everyone(run, those(run, only), "add-item", anotherItem);
}

const anotherItem = ({ user }: Member) => ({ item: user.newItem() });

/** In turn: the first user of each architecture is of the first third, the fourth again. */
function those({ members }: Pick<RunContext, "members">, only?: readonly Third[]): readonly Member[] {
  const thirds: readonly Third[] = ["first", "second", "third"];
  const counted = new Map<string, number>();
  return members.filter(({ architecture: { id } }) => {
    const index = counted.get(id) ?? 0;
    counted.set(id, index + 1);
    return only === undefined || only.includes(thirds[index % thirds.length]!);
  });
}

/** The baseline gate: reads until each user has been recognised often enough, or is known not to be. */
export async function everyoneReadsBack(run: ReadingBack): Promise<void> {
  const seen = new Map(run.members.map((member) => [member, { me: 0, anonymous: 0 }]));
  const isUndecided = (member: Member) => {
    const { me, anonymous } = seen.get(member)!;
    return flickers(run, member)
      ? me === 0 || anonymous === 0 || me + anonymous < readsNeeded
      : me + anonymous < readsNeeded;
  };
  for (let round = 0; round < readsAtMost; round++) {
    if (!run.members.some(isUndecided) || run.signal.aborted) break;
    await eachInTurn(
      run.shuffle(run.members),
      async (member) => {
        await renewIfDue(run, member);
        if (!isUndecided(member)) return;
        const { answer } = await act(run, member, "who-am-i", { connection: round % 2 === 0 ? "kept" : "fresh" });
        if (answer === "me" || answer === "anonymous") seen.get(member)![answer] += 1;
      },
      run.signal,
    );
  }
  run.baseline.isRead = true;
  // From this purchase on runs the time of those who stay away.
  if (run.idleMs !== undefined) await everyone(run, run.members.filter(staysAway), "add-item", anotherItem);
}

function staysAway(member: Member): boolean {
  return member.staysAway;
}

export async function everyoneLogsOut(run: UsersActing): Promise<void> {
  await everyone(run, run.members, "log-out");
}

/** Steady traffic for a while; everybody asks at least once, and nobody faster than a person would. */
export async function everyoneBrowses(
  run: UsersActing,
  { forMs, untilAnsweredMs = forMs }: { forMs: number; untilAnsweredMs?: number },
): Promise<void> {
  const begin = performance.now();
  for (;;) {
    const roundStart = performance.now();
    const answers = await everyone(run, run.members, "who-am-i");
    const rest = roundStart + browsingPaceMs - performance.now();
    if (rest > 0) await sleep(rest);
    const pastMs = performance.now() - begin;
    const isAnswered = answers.every((answer) => answer !== "store-unreachable" && answer !== "none");
    if (run.signal.aborted || pastMs >= Math.max(forMs, untilAnsweredMs) || (pastMs >= forMs && isAnswered)) return;
  }
}

/** Every second user stays away; the others put one item after another into their carts, at least one. */
export async function regularsKeepShopping(run: UsersActingInTime, forMs: number | "until-idle-end"): Promise<void> {
  const regulars = run.members.filter((member) => !staysAway(member));
  const end = forMs === "until-idle-end" ? idleEnd(run) : run.recorder.now() + forMs;
  let shoppers = regulars;
  do {
    const roundStart = performance.now();
    await everyone(run, shoppers, "add-item", anotherItem);
    // A cart that is in a cookie has little room: where a purchase is there to put off the session's end, there is one when it is due.
    if (run.idleMs !== undefined) shoppers = regulars.filter((member) => isDue(run, member));
    const rest = roundStart + shoppingPaceMs - performance.now();
    if (rest > 0) await sleep(rest);
  } while (run.recorder.now() < end && !run.signal.aborted);
}

/** When every session that nobody used since its last write must be over. Redis ends keys by whole seconds, rounded up. */
function idleEnd({ members, idleMs = 0 }: Pick<UsersActingInTime, "members" | "idleMs">): number {
  const writes = members.filter(staysAway).map(({ user }) => user.writtenAt.at(-1) ?? 0);
  return Math.max(0, ...writes) + idleMs + 1_500;
}

/** The final reads, on fresh connections; then, for whoever was not recognised, the pinned cookies, which only diagnose. */
export async function everyoneChecksIn(run: CheckingIn): Promise<void> {
  const strangers = new Set<Member>();
  const definitive = new Map(run.members.map((member) => [member, 0]));
  let roundStart = Number.NEGATIVE_INFINITY;
  for (let round = 0; round < readsAtMost; round++) {
    const readers = run.members.filter((member) => definitive.get(member)! < readsNeeded);
    if (readers.length === 0 || run.signal.aborted) break;
    const rest = roundStart + spacingMs - performance.now();
    if (rest > 0) await sleep(rest);
    roundStart = performance.now();
    await eachInTurn(
      run.shuffle(readers),
      async (member) => {
        if (!member.staysAway) await renewIfDue(run, member);
        const { answer } = await act(run, member, "who-am-i", { connection: "fresh" });
        if (answer !== "me") strangers.add(member);
        if (answer === "me" || answer === "anonymous") definitive.set(member, definitive.get(member)! + 1);
      },
      run.signal,
    );
  }
  await eachInTurn(run.shuffle([...strangers]), (member) => diagnose(run, member), run.signal);
}

/** Would the session answer to whoever brings the cookies of the last acknowledged write, by the usual way or at its old home? */
async function diagnose(run: UsersActing & Pick<RunContext, "door">, member: Member): Promise<void> {
  const { home } = member.user;
  await askUntilAnswered(run, member, { jar: "pinned" });
  if (home === undefined) return;
  const at = await run.door.to({ appServer: home, store: member.architecture.store.id });
  await askUntilAnswered(run, member, { jar: "home", at });
}

/** Only a definitive answer tells lost and orphaned apart, and a busy machine may owe one. */
async function askUntilAnswered(run: UsersActing, member: Member, options: Partial<OperationOptions>): Promise<void> {
  for (let turn = 0; turn < readsNeeded && !run.signal.aborted; turn++) {
    const { answer } = await act(run, member, "who-am-i", { connection: "fresh", ...options });
    if (answer !== "store-unreachable" && answer !== "none") return;
  }
}

async function everyone(
  run: UsersActing,
  members: readonly Member[],
  kind: OperationKind,
  options: (member: Member) => Partial<OperationOptions> = () => ({}),
): Promise<Answer[]> {
  const answers: Answer[] = [];
  await eachInTurn(
    run.shuffle(members),
    async (member) => {
      answers.push((await act(run, member, kind, options(member))).answer);
    },
    run.signal,
  );
  return answers;
}
