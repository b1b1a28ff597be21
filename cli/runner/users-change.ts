import { eachInTurn } from "./pace.ts";
import type { Stage } from "./stage.ts";
import { newBrowserAt } from "./visit.ts";

/**
 * Finds a new address for each user and looks where the balancer sends a stranger who has it: that is what theory goes by when
 * the user moves there.
 */
export async function chooseNewAddresses(stage: Stage): Promise<void> {
  await eachInTurn(
    stage.members,
    async (member) => {
      const address = stage.newAddress();
      const { affinity } = member.architecture.policy;
      const seat = affinity === "address" ? await newBrowserAt(stage, member.architecture, address) : undefined;
      stage.newSeats.set(member, { address, seat });
    },
    stage.signal,
  );
}

/**
 * Finds for each user the balancer's cookie of somebody who belongs to another app server. Where the balancer sets none, the user
 * makes one up, which should change nothing.
 */
export function chooseForgedCookies({ appServers, members, newSeats }: Stage): void {
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
  { members, newSeats, recorder }: Stage,
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
