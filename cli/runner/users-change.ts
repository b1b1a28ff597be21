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

/** Changes every user, and writes it down. */
export function everyoneChanges({ members, newSeats, recorder }: Stage, what: "address" | "affinity-cookie"): void {
  for (const member of members) {
    const { user } = member;
    const before = user.address;
    const next = newSeats.get(member);
    if (what === "address" && next) user.moveTo(next.address);
    if (what === "affinity-cookie") user.loseAffinityCookies();
    const says =
      what === "address"
        ? `the client address changed from ${before} to ${user.address}`
        : "the balancer's cookie is gone";
    recorder.record({ type: "change", at: recorder.now(), user: user.id, what, says });
  }
}
