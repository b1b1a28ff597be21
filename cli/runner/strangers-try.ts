import { randomBytes } from "node:crypto";
import type { OperationEvent } from "../history/events.ts";
import type { Address } from "../subject/site.ts";
import type { StrangersSeen } from "../theory/facts.ts";
import type { Access } from "../users/access.ts";
import type { Member } from "../users/population.ts";
import { type HeldCookie, VirtualUser } from "../users/virtual-user.ts";
import { type Acting, act, toolsOf } from "./act-on-record.ts";
import { eachInTurn } from "./pace.ts";
import type { InPhase, RunContext } from "./run-context.ts";

/** Somebody who goes after one user, with the cookies that he planted in that user's browser. */
export interface Attacker {
  user: VirtualUser;
  planted: readonly HeldCookie[];
}

/** Who goes after the users, and what they got. */
export interface StrangersSoFar {
  /** What strangers got, by architecture. */
  strangers: Map<string, StrangersSeen>;
  /** Who planted cookies in whose browser. */
  attackers: Map<Member, Attacker>;
}

export function noStrangers(): StrangersSoFar {
  return { strangers: new Map(), attackers: new Map() };
}

export type StrangersTrying = Access &
  Pick<RunContext, "recorder" | "newAddress" | "members" | "appServers" | "signal"> &
  InPhase &
  StrangersSoFar;

export type ForgingAffinity = StrangersTrying & Pick<RunContext, "architectures">;
export type TryingCopies = Pick<RunContext, "members" | "signal"> & Acting & Pick<StrangersSoFar, "strangers">;

export const nobodyTried: StrangersSeen = {
  tried: 0,
  opened: 0,
  unanswered: 0,
  kept: 0,
  copied: 0,
  ledByCopy: 0,
  openedByCopy: 0,
  cookieSays: "no-cookie",
  ledByName: 0,
};

/** Before anybody logs in: every second browser gets the cookie of an attacker's own session, the others a made-up one like it. */
export async function plantCookies(run: StrangersTrying): Promise<void> {
  await eachInTurn(
    run.members,
    async (member) => {
      const { architecture, seat, user } = member;
      const thief = newStranger(run, member, "attacker");
      // At the user's own app server, if that is known: where else could the planted session be taken over?
      const at = await run.door.to({ appServer: seat ?? run.appServers[0]!, store: architecture.store.id });
      await perform(run, thief, "log-in", at);
      const planted = member.staysAway ? thief.cookies : thief.cookies.map(madeUp);
      user.plant(planted);
      if (!member.staysAway) {
        await perform(run, thief, "log-out", at);
        thief.plant(planted);
      }
      run.attackers.set(member, { user: thief, planted });
    },
    run.signal,
  );
}

/** After the logins: each attacker tries what he planted, through the balancer and at the app server that holds the user's session. */
export async function tryPlantedCookies(run: StrangersTrying): Promise<void> {
  await eachInTurn(
    [...run.attackers],
    async ([member, { user: thief, planted }]) => {
      const { home = run.appServers[0]! } = member.user;
      const atHome = await run.door.to({ appServer: home, store: member.architecture.store.id });
      for (const at of [thief, atHome]) {
        const answer = await perform(run, thief, "who-am-i", at);
        if (member.role === "subject") countTry(run, member, answer);
      }
      const kept = planted.some(({ name, value }) =>
        member.user.cookies.some((cookie) => cookie.name === name && cookie.value === value),
      );
      if (member.role === "subject" && kept) note(run, member, (seen) => ({ kept: seen.kept + 1 }));
    },
    run.signal,
  );
}

/** After the logouts: the copies of all cookies from before it, session included, are brought by somebody else. */
export async function tryCopiedCookies(run: TryingCopies): Promise<void> {
  await eachInTurn(
    run.members,
    async (member) => {
      const { answer } = await act(run, member, "who-am-i", { connection: "fresh", jar: "pinned" });
      if (member.role === "subject" && answer === "me")
        note(run, member, (seen) => ({ openedByCopy: seen.openedByCopy + 1 }));
    },
    run.signal,
  );
}

/** What a stranger may write into a cookie: app servers that do not exist, and nonsense. */
const nonsense = ["app99", "99", "-1", "1e0", "../../etc/passwd", "app2%00", "' OR 1=1 --", "x".repeat(2_000)];
/** Once may be chance. */
const visitsPerName = 4;

/** Strangers, who have no session, send balancer's cookies: copies of the users' own, names and numbers, nonsense. */
export async function forgeAffinity(run: ForgingAffinity): Promise<void> {
  await eachInTurn(
    run.members,
    async (member) => {
      const cookies = member.user.affinityCookies;
      if (cookies.length === 0) return;
      const stranger = newStranger(run, member, "copier");
      stranger.plant(cookies);
      const answer = await perform(run, stranger, "who-am-i");
      if (member.role !== "subject") return;
      countTry(run, member, answer);
      note(run, member, (seen) => ({
        copied: seen.copied + 1,
        ledByCopy: seen.ledByCopy + (answer.server === member.seat ? 1 : 0),
      }));
    },
    run.signal,
  );
  for (const architecture of run.architectures) {
    const users = run.members.filter((member) => member.architecture === architecture);
    if (users[0]) await writeNamesAndNonsense(run, users[0], users);
  }
}

async function writeNamesAndNonsense(run: StrangersTrying, member: Member, users: readonly Member[]): Promise<void> {
  const { appServers } = run;
  // Where the balancer sets no cookie, strangers write those of other balancers.
  const own = member.user.affinityCookies.map(({ name }) => name);
  const names = own.length > 0 ? own : ["SERVER_ID", "sticky_server"];
  const visit = async (value: string, label: string) => {
    const stranger = newStranger(run, member, label);
    stranger.plant(names.map((name) => ({ name, value })));
    const answer = await perform(run, stranger, "who-am-i");
    countTry(run, member, answer);
    return answer.server;
  };
  for (const [index, value] of nonsense.entries()) await visit(value, `nonsense-${index + 1}`);
  let ledByName = 0;
  for (const [index, server] of appServers.entries()) {
    const leads = async (value: string) => {
      for (let count = 1; count <= visitsPerName; count++)
        if ((await visit(value, `${value}-${count}`)) !== server) return false;
      return true;
    };
    if ((await leads(server)) || (await leads(String(index)))) ledByName += 1;
  }
  note(run, member, () => ({ ledByName, cookieSays: whatTheCookieSays(users, appServers) }));
}

/** Read off the cookies that the users were given: theory goes by what a stranger could see, too. */
function whatTheCookieSays(users: readonly Member[], appServers: readonly string[]): StrangersSeen["cookieSays"] {
  const given = users.flatMap(({ user, seat }) => user.affinityCookies.map(({ value }) => ({ value, seat })));
  if (given.length === 0) return "no-cookie";
  if (given.every(({ value, seat }) => value === seat)) return "name";
  if (given.every(({ value, seat }) => value === String(appServers.indexOf(seat ?? "")))) return "number";
  return "nothing";
}

function newStranger(
  { recorder, newAddress, originOf }: Pick<RunContext, "recorder" | "newAddress" | "originOf">,
  { user, architecture }: Member,
  label: string,
): VirtualUser {
  const stranger = new VirtualUser({
    id: `${user.id}/${label}`,
    origin: originOf(architecture.policy.id),
    host: architecture.host,
    address: newAddress(),
    nonce: randomBytes(12).toString("base64url"),
  });
  const { id, address } = stranger;
  recorder.record({
    type: "user",
    at: recorder.now(),
    user: id,
    architecture: architecture.id,
    role: "stranger",
    address,
  });
  return stranger;
}

async function perform(
  run: Pick<RunContext, "site" | "transport" | "recorder"> & InPhase,
  user: VirtualUser,
  kind: "who-am-i" | "log-in" | "log-out",
  at: Address = user,
): Promise<OperationEvent> {
  const event = await user.perform(kind, toolsOf(run), { phase: run.phase, connection: "fresh", at });
  run.recorder.record(event);
  return event;
}

/** Like a real one, but nobody issued it: every letter and digit after the first few is another. */
function madeUp({ name, value }: HeldCookie): HeldCookie {
  const other = (sign: string) => (/\d/.test(sign) ? String((Number(sign) + 1) % 10) : sign === "z" ? "a" : "z");
  return { name, value: value.slice(0, 6) + value.slice(6).replaceAll(/[a-z0-9]/g, other) };
}

function countTry(run: Pick<StrangersSoFar, "strangers">, member: Member, { answer }: OperationEvent): void {
  note(run, member, (seen) => ({
    tried: seen.tried + 1,
    opened: seen.opened + (answer === "someone-else" ? 1 : 0),
    unanswered: seen.unanswered + (answer === "none" || answer === "store-unreachable" ? 1 : 0),
  }));
}

function note(
  { strangers }: Pick<StrangersSoFar, "strangers">,
  { architecture }: Member,
  change: (seen: StrangersSeen) => Partial<StrangersSeen>,
): void {
  const seen = strangers.get(architecture.id) ?? nobodyTried;
  strangers.set(architecture.id, { ...seen, ...change(seen) });
}
