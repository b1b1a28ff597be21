import type { Architecture } from "../theory/architectures.ts";
import { VirtualUser } from "../users/virtual-user.ts";
import type { Stage } from "./stage.ts";

/** A new browser's first visit, not on record. @returns the app server that answered */
export async function newBrowserAt(
  { transport }: Pick<Stage, "transport">,
  { host }: Architecture,
  address: string,
): Promise<string | undefined> {
  const visitor = new VirtualUser({ id: "visitor", host, address, nonce: "none" });
  const { server } = await visitor.perform("who-am-i", { transport, now: () => 0 }, { phase: "fault" });
  return server;
}
