import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { historyVersion, type Phase, type RunEvent } from "../history/events.ts";
import { balancerOfKind, named } from "../history/services.ts";
import { ownServices, usualVictim } from "../lab/own-services.ts";
import { labServices } from "../lab/services.ts";
import { eachInTurn, seededShuffle } from "../runner/pace.ts";
import type { Architecture } from "../theory/architectures.ts";
import type { Access } from "../users/access.ts";
import { clientAddresses } from "../users/client-address.ts";
import { castPopulation, type Member } from "../users/population.ts";
import type { Feed } from "./feed.ts";

const appServers = named(ownServices, "app-server");

export interface FreePlay {
  architectures: readonly Architecture[];
  /** Per architecture. */
  users: number;
  access: Access;
  feed: Feed;
  /** Before the first fault everything is a baseline. */
  phase: () => Phase;
  signal: AbortSignal;
}

/** Requests a second, whatever the number of users: as many as an eye can follow. */
const requestsPerSecond = 24;
/** A frozen server keeps requests waiting; the others go on meanwhile. */
const underWayAtMost = 24;

/** Users log in, shop and then keep asking who they are, until the signal; they never log in again by themselves. */
export async function playFreely(play: FreePlay): Promise<void> {
  const { architectures, users, access, feed, signal } = play;
  feed.record(runEvent(play));
  feed.record({ type: "step", at: feed.now(), phase: "baseline", step: "tell", says: "New users come in and log in." });
  const newAddress = clientAddresses();
  const members = await castPopulation({
    architectures,
    users,
    appServers,
    victim: usualVictim,
    newAddress,
    ...access,
    signal,
  });
  const subjects = members.filter(({ role }) => role === "subject");
  for (const { user, architecture, role, address } of subjects.map((member) => ({
    ...member,
    address: member.user.address,
  })))
    feed.record({ type: "user", at: feed.now(), user: user.id, architecture: architecture.id, role, address });
  const act = actIn(play);
  const shuffle = seededShuffle(randomBytes(4).readUInt32LE());
  await eachInTurn(shuffle(subjects), (member) => act(member, "log-in"), signal);
  await eachInTurn(shuffle(subjects), (member) => act(member, "add-item", `item-1-of-${member.user.id}`), signal);
  const says = "Everybody is logged in and keeps asking: who am I? Break something.";
  feed.record({ type: "step", at: feed.now(), phase: play.phase(), step: "tell", says });
  await browse(play, subjects, shuffle);
}

function actIn({ access: { site, transport }, feed, phase }: FreePlay) {
  return async ({ user }: Member, kind: "log-in" | "add-item" | "who-am-i", item?: string): Promise<void> => {
    const tools = { site, transport, now: () => feed.now() };
    feed.record(await user.perform(kind, tools, { phase: phase(), ...(item === undefined ? {} : { item }) }));
  };
}

async function browse(
  play: FreePlay,
  members: readonly Member[],
  shuffle: <Item>(items: readonly Item[]) => Item[],
): Promise<void> {
  const act = actIn(play);
  const underWay = new Set<Member>();
  let turn: Member[] = [];
  while (!play.signal.aborted) {
    if (turn.length === 0) turn = shuffle(members);
    const member = turn.pop()!;
    // A person waits for the answer before asking again.
    if (!underWay.has(member) && underWay.size < underWayAtMost) {
      underWay.add(member);
      void act(member, "who-am-i").finally(() => underWay.delete(member));
    }
    await sleep(1_000 / requestsPerSecond);
  }
}

function runEvent({ architectures, users }: FreePlay): RunEvent {
  const services = labServices();
  return {
    type: "run",
    historyVersion,
    id: `watch-${randomBytes(4).toString("hex")}`,
    startedAt: new Date().toISOString(),
    command: "lab watch",
    seed: 0,
    usersPerArchitecture: users,
    scenario: { id: "watch", title: "Who is still logged in?", question: "Users are on their way to the lab." },
    victim: usualVictim,
    services,
    architectures: architectures.map(({ id, policy, store }) => {
      const balancer = balancerOfKind(services, policy.balancerKind);
      return { id, policy: { ...policy, ...(balancer === undefined ? {} : { balancer }) }, store };
    }),
    // Nobody judges this: no history is written.
    versions: { lab: "", engine: "", compose: "", nginx: "", node: "", redis: "" },
  };
}
