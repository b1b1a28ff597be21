import type { Answer } from "../history/events.ts";
import { fateOf, isReadToTheEnd } from "../verdict/fate-of.ts";
import type { Fate } from "../verdict/fates.ts";
import { stayedLoggedOut } from "../verdict/judged-session.ts";
import { balancersIn } from "./balancers.ts";
import type { Condition } from "./moments.ts";
import { conditionOf, inBrowser, type Picture, remarksOf } from "./picture.ts";

/** How the subjects of one architecture are doing. */
export interface ArchitectureTally {
  id: string;
  store: string;
  sessions: number;
  /** The last answer that each browser got. */
  answers: Record<Answer, number>;
  /** Nobody has answered these yet. */
  arriving: number;
  /** Fates as they settle; the sum is below `sessions` until the last one is read to the end. */
  fates: Partial<Record<Fate, number>>;
  /** Of those who count as survived, how many logged out and stayed out. */
  stayedOut: number;
}

/** The architectures in the order of the run, each with its sessions counted. */
export function tallyOf({ run, record, sessions, ended }: Picture): ArchitectureTally[] {
  const tallies = new Map(run.architectures.map(({ id, store }) => [id, emptyTally(id, store.id)]));
  for (const { user, architecture, role, answer } of sessions.values()) {
    const tally = tallies.get(architecture);
    if (!tally || role !== "subject") continue;
    tally.sessions += 1;
    if (answer === undefined) tally.arriving += 1;
    else tally.answers[answer] += 1;
    const judged = record.sessions.get(user);
    if (!judged || !(ended || (record.settled && isReadToTheEnd(judged)))) continue;
    const fate = fateOf(judged, record);
    // Whoever is anonymous is asked once more, with the cookies of old: until then nobody knows what became of the session.
    if (fate !== "not-judged" || ended) tally.fates[fate] = (tally.fates[fate] ?? 0) + 1;
    if (stayedLoggedOut({ session: judged, fate })) tally.stayedOut += 1;
  }
  return [...tallies.values()];
}

/** The fate of each of its sessions is known. */
export function isJudged({ sessions, fates }: ArchitectureTally): boolean {
  return sessions > 0 && Object.values(fates).reduce((sum, count) => sum + count, 0) === sessions;
}

function emptyTally(id: string, store: string): ArchitectureTally {
  return {
    id,
    store,
    sessions: 0,
    answers: { me: 0, "someone-else": 0, anonymous: 0, "store-unreachable": 0, none: 0 },
    arriving: 0,
    fates: {},
    stayedOut: 0,
  };
}

/** A service with what is in it. */
export interface Box {
  service: string;
  part: "balancer" | "app-server" | "store" | "browser";
  condition: Condition;
  /** What is to be said besides: `kill` of what is down, `draining` of what is up. */
  remarks: string[];
  /** Sessions that live here: counted by a look, else those whose browser was recognised last. Null when nobody knows. */
  sessions: number | null;
  /** Somebody can have a session here at all. */
  holdsSessions: boolean;
}

/** The boxes of the picture: balancers, app servers, the stores' servers, then the browsers where they hold sessions. */
export function boxesOf(picture: Picture): Box[] {
  const { run, appServers, sessions, counted } = picture;
  const held = new Map<string, number>();
  for (const { holder, isKnown } of sessions.values())
    if (holder !== undefined && isKnown) held.set(holder, (held.get(holder) ?? 0) + 1);
  const stores = run.architectures.map(({ store }) => store);
  const servers = [...new Set(stores.flatMap(({ server }) => (server === null ? [] : [server])))];
  const hasMemory = stores.some(({ livesIn }) => livesIn === "app-server");
  const hasBrowser = stores.some(({ livesIn }) => livesIn === "browser");
  const box = (service: string, part: Box["part"], holdsSessions: boolean): Box => {
    const condition = part === "browser" ? "up" : conditionOf(picture, service);
    return {
      service,
      part,
      condition,
      remarks: remarksOf(picture, service, condition),
      sessions: counted.has(service) ? counted.get(service)! : (held.get(service) ?? 0),
      holdsSessions,
    };
  };
  return [
    ...balancersIn(run).map((service) => box(service, "balancer", false)),
    ...appServers.map((service) => box(service, "app-server", hasMemory)),
    ...servers.map((service) => box(service, "store", true)),
    ...(hasBrowser ? [box(inBrowser, "browser", true)] : []),
  ];
}
