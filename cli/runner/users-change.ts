import type { Member } from "../users/population.ts";
import type { HeldCookie } from "../users/virtual-user.ts";
import { eachInTurn } from "./pace.ts";
import type { RunContext } from "./run-context.ts";
import { newBrowserAt, type Visiting } from "./visit.ts";

/** What a user is going to have, and the app server to which that leads. */
interface NewSeat {
  address: string;
  /** Balancer's cookies, to be put in place of the browser's own. */
  cookies?: readonly HeldCookie[];
  seat: string | undefined;
}

/** Where a user's new address, or new cookie, leads; filled when a step is going to change it. */
export interface NewSeats {
  newSeats: Map<Member, NewSeat>;
}

export function noNewSeats(): NewSeats {
  return { newSeats: new Map() };
}

export type Changing = Pick<RunContext, "appServers" | "members" | "newAddress" | "recorder" | "signal"> &
  Visiting &
  NewSeats;

/** Addresses that the first user of an architecture may try. More are needed where all addresses lead to one server. */
const triesAtMost = 50;

/**
 * Finds a new address for each user and looks where the balancer sends a stranger who has it: that is what theory goes by when
 * the user moves there. Where the balancer goes by the address, the first user of each architecture looks for one that leads to
 * another server: with few users it might be nobody's by chance, and the question would not be asked.
 */
export async function chooseNewAddresses(
  run: Pick<RunContext, "members" | "newAddress" | "signal"> & Visiting & NewSeats,
): Promise<void> {
  // Backwards: the last one that is put in is the first of its architecture.
  const firsts = new Map(run.members.toReversed().map((member) => [member.architecture, member]));
  await eachInTurn(
    run.members,
    async (member) => {
      for (let tries = 1; ; tries++) {
        const address = run.newAddress();
        const { affinity } = member.architecture.policy;
        const seat = affinity === "address" ? await newBrowserAt(run, member.architecture, address) : undefined;
        run.newSeats.set(member, { address, seat });
        const isElsewhere = affinity !== "address" || seat !== member.seat;
        if (isElsewhere || firsts.get(member.architecture) !== member || tries >= triesAtMost || run.signal.aborted)
          return;
      }
    },
    run.signal,
  );
}

/**
 * Finds for each user the balancer's cookie of somebody who belongs to another app server. Where the balancer sets none, the user
 * makes one up, which should change nothing.
 */
export function chooseForgedCookies({
  appServers,
  members,
  newSeats,
}: Pick<RunContext, "appServers" | "members"> & NewSeats): void {
  for (const member of members) {
    const { user, seat, architecture } = member;
    const donor = members.find(
      (other) => other.architecture === architecture && other.seat !== seat && other.user.affinityCookies.length > 0,
    );
    newSeats.set(
      member,
      donor
        ? { address: user.address, cookies: donor.user.affinityCookies, seat: donor.seat }
        : {
            address: user.address,
            cookies: [{ name: "SERVER_ID", value: appServers.find((server) => server !== user.home) ?? "" }],
            seat,
          },
    );
  }
}

/** Changes every user, and writes it down. */
export function everyoneChanges(
  { members, newSeats, recorder }: Pick<RunContext, "members" | "recorder"> & NewSeats,
  what: "address" | "affinity-cookie" | "forged-affinity",
): void {
  for (const member of members) {
    const { user } = member;
    const before = user.address;
    const next = newSeats.get(member);
    if (what === "address" && next) user.moveTo(next.address);
    if (what === "affinity-cookie") user.loseAffinityCookies();
    if (what === "forged-affinity") user.plant(next?.cookies ?? []);
    const says = {
      address: `the client address changed from ${before} to ${user.address}`,
      "affinity-cookie": "the balancer's cookie is gone",
      "forged-affinity": `the balancer's cookie is another user's now, or made up: ${next?.cookies?.map(({ name }) => name)}`,
    }[what];
    recorder.record({ type: "change", at: recorder.now(), user: user.id, what, says });
  }
}
