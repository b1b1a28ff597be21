import { randomBytes } from "node:crypto";
import type { UserEvent } from "../history/events.ts";
import type { Architecture } from "../theory/architectures.ts";
import type { Access } from "./access.ts";
import { VirtualUser } from "./virtual-user.ts";

/** A virtual user with its part in the experiment. */
export interface Member {
  user: VirtualUser;
  architecture: Architecture;
  role: UserEvent["role"];
  /** The app server to which the policy led this browser on its first visit; undefined where there is no affinity. */
  seat: string | undefined;
  /** Where users keep busy this one does not: every second one. */
  staysAway: boolean;
}

export interface CastingOptions extends Pick<Access, "site" | "transport" | "originOf"> {
  architectures: readonly Architecture[];
  /** Subjects per architecture. */
  users: number;
  appServers: readonly string[];
  /** Gets the first seat, so that the fault always meets somebody. */
  victim: string;
  /** Hands out client addresses. */
  newAddress: () => string;
  /** Take browsers as they come, wherever they land. */
  asTheyCome?: boolean;
  signal: AbortSignal;
}

/** How many browsers knock at the same time, shared out over the architectures; of each at least some. */
const knockingAtOnce = 24;
const knockingAtEachAtLeast = 4;
/**
 * Nobody fitting a free seat for this long, and the casting takes whoever comes: a policy that maps everybody to one server must
 * not hang it. Longer than nginx's failure window, after which a server that was away gets visitors again.
 */
const patienceMs = 5_000;

/**
 * Makes the population: for each architecture the same number of users on each app server, so that no stratum is empty. Where
 * a user lives is decided by the balancer and only observed here: a new browser with a new address does what its affinity
 * begins with, and gets the seat if the server that answered still has one; otherwise it leaves and the next one knocks. That
 * works for any policy with affinity; without affinity there is nothing to choose.
 */
export async function castPopulation(options: CastingOptions): Promise<Member[]> {
  const { architectures } = options;
  const atOnce = Math.max(knockingAtEachAtLeast, Math.ceil(knockingAtOnce / architectures.length));
  const casts = await Promise.all(architectures.map((architecture) => castArchitecture(architecture, atOnce, options)));
  return casts.flat();
}

interface Seat {
  id: string;
  role: "subject" | "control";
  server: string;
  staysAway: boolean;
}

async function castArchitecture(
  architecture: Architecture,
  atOnce: number,
  { users, appServers, victim, newAddress, asTheyCome = false, originOf, site, transport, signal }: CastingOptions,
): Promise<Member[]> {
  const open = seatsOf(architecture.id, users, appServers, victim);
  const members: Member[] = [];
  const { host, policy } = architecture;
  const newUser = () =>
    new VirtualUser({
      ...{ id: "nameless until it has a seat", origin: originOf(policy.id), host, address: newAddress() },
      nonce: randomBytes(12).toString("base64url"),
    });
  const seat = (place: Seat, user: VirtualUser, server?: string) => {
    open.splice(open.indexOf(place), 1);
    user.id = place.id;
    members.push({ user, architecture, role: place.role, seat: server, staysAway: place.staysAway });
  };
  if (policy.affinity !== "none") {
    let lastSeated = performance.now();
    const knock = async () => {
      while (open.length > 0 && performance.now() - lastSeated < patienceMs && !signal.aborted) {
        const candidate = newUser();
        const server = await beginAffinity(candidate, architecture, { site, transport });
        const place = asTheyCome ? open[0] : open.find((free) => free.server === server);
        if (!place) continue;
        seat(place, candidate, server);
        lastSeated = performance.now();
      }
    };
    // No more than there are seats: the others would knock in vain.
    await Promise.all(Array.from({ length: Math.min(atOnce, open.length) }, knock));
  }
  for (const place of [...open]) seat(place, newUser());
  return members;
}

/**
 * One visit; or, where affinity begins with a login only, a login whose session is ended behind the browser's back. It is then
 * a browser that was here before: its session is over, its cookie is still there, and the balancer knows it by that.
 *
 * @returns the app server that answered
 */
async function beginAffinity(
  candidate: VirtualUser,
  { policy }: Architecture,
  access: Pick<Access, "site" | "transport">,
): Promise<string | undefined> {
  const perform = (kind: "who-am-i" | "log-in" | "log-out", jar: "live" | "pinned") =>
    candidate.perform(kind, { ...access, now: () => 0 }, { phase: "baseline", jar });
  if (policy.affinityBegins !== "login") return (await perform("who-am-i", "live")).server;
  const { server } = await perform("log-in", "live");
  // The pinned cookies end the session and leave the live ones as they are.
  await perform("log-out", "pinned");
  // All of that was before the user's story begins.
  candidate.home = undefined;
  candidate.writtenAt = [];
  return server;
}

/**
 * Seats in turn over the app servers, the victim first. With fewer users than servers the other servers get a control each:
 * a loss can be laid to the fault only if somebody untouched is still there.
 */
function seatsOf(architecture: string, users: number, appServers: readonly string[], victim: string): Seat[] {
  const first = Math.max(0, appServers.indexOf(victim));
  const count = Math.max(users, appServers.length);
  return Array.from({ length: count }, (_, index) => ({
    id: `${architecture}/${index + 1}`,
    role: index < users ? ("subject" as const) : ("control" as const),
    server: appServers[(first + index) % appServers.length]!,
    staysAway: index % 2 === 1,
  }));
}
