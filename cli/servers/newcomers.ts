import type { Standing } from "../balancers/balancer.ts";
import type { Subject } from "../subject/subject.ts";
import type { Architecture } from "../theory/architectures.ts";
import type { Access } from "../users/access.ts";
import { clientAddresses } from "../users/client-address.ts";
import { VirtualUser } from "../users/virtual-user.ts";
import { readStandings } from "./standings.ts";

/** Whom the balancers send to an app server. */
export interface Newcomers {
  /** How it stands in the lists that they run with; undefined: as their files say. */
  standing: Standing | undefined;
  /** Policies under which some of a few new browsers got there, and those under which none did. */
  comeBy: readonly string[];
  stayAwayBy: readonly string[];
}

/** New browsers that ask at a policy's door in one look: enough that none of four servers is missed by chance. */
const newcomersPerLook = 16;

type Asked = Pick<Subject, "services" | "architectures" | "deployment"> &
  Pick<Access, "site" | "transport" | "originOf">;

/** @param policies those that are looked at; all of the subject's unless told */
export async function newcomersOf(server: string, asked: Asked, policies?: readonly string[]): Promise<Newcomers> {
  const standings = await readStandings(asked);
  const looked = onePerPolicy(asked.architectures).filter(({ policy }) => policies?.includes(policy.id) ?? true);
  const newAddress = clientAddresses();
  const comes = await Promise.all(looked.map((architecture) => sendsSomebody(architecture, server, asked, newAddress)));
  const idsWhere = (wanted: boolean) =>
    looked.filter((_, index) => comes[index] === wanted).map(({ policy }) => policy.id);
  return { standing: standings[server], comeBy: idsWhere(true), stayAwayBy: idsWhere(false) };
}

/** One that needs no server of a store, where there is one: that may be what is broken. */
function onePerPolicy(architectures: readonly Architecture[]): Architecture[] {
  const serverless = architectures.filter(({ store }) => store.server === null);
  const byPolicy = new Map([...architectures, ...serverless].map((one) => [one.policy.id, one]));
  return [...byPolicy.values()];
}

async function sendsSomebody(
  { policy, host }: Architecture,
  server: string,
  { site, transport, originOf }: Asked,
  newAddress: () => string,
): Promise<boolean> {
  const visits = Array.from({ length: newcomersPerLook }, () => {
    const at = { origin: originOf(policy.id), host };
    const newcomer = new VirtualUser({ id: "newcomer", ...at, address: newAddress(), nonce: "none" });
    const tools = { site, transport, now: () => 0 };
    return newcomer.perform("who-am-i", tools, { phase: "baseline", connection: "fresh" });
  });
  return (await Promise.all(visits)).some((visit) => visit.server === server);
}
