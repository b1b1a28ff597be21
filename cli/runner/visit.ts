import type { Architecture } from "../theory/architectures.ts";
import type { Access } from "../users/access.ts";
import { VirtualUser } from "../users/virtual-user.ts";

/** What a new browser needs for a first visit. */
export type Visiting = Pick<Access, "site" | "transport" | "originOf">;

/** A new browser's first visit, not on record. @returns the app server that answered */
export async function newBrowserAt(
  { site, transport, originOf }: Visiting,
  { host, policy }: Architecture,
  address: string,
): Promise<string | undefined> {
  const visitor = new VirtualUser({ id: "visitor", origin: originOf(policy.id), host, address, nonce: "none" });
  const { server } = await visitor.perform("who-am-i", { site, transport, now: () => 0 }, { phase: "fault" });
  return server;
}
