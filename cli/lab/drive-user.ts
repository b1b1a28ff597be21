import { LabError } from "../errors.ts";
import type { OperationEvent, OperationKind } from "../history/events.ts";
import type { UserStory } from "../report/user-story.ts";
import { type Architecture, selectArchitectures } from "../theory/architectures.ts";
import { compare, learn } from "../users/by-hand/acknowledged.ts";
import { findKeptUser, keepUser, newKeptUser } from "../users/by-hand/kept-user.ts";
import { type UserAction, userActions } from "../users/by-hand/user-actions.ts";
import { labSite } from "../users/lab-site.ts";
import { openTransport } from "../users/transport.ts";
import { VirtualUser } from "../users/virtual-user.ts";
import { refuseDuringRun } from "./claim-lab.ts";
import type { Lab } from "./identity/lab.ts";
import { labOrigins } from "./lab-access.ts";
import type { LabEngine } from "./lab-engine.ts";
import { frontBalancer } from "./own-services.ts";

/** What one browser is to do. */
export interface UserRequest {
  name: string;
  action: UserAction;
  architecture: Architecture;
  /** What to put into the cart; by default items are counted. */
  item?: string;
}

/**
 * Has one browser do one thing, and keeps it for the next time. It never logs in by itself.
 *
 * @throws LabError (`lab-in-use`) where that would falsify what a run in progress counts
 */
export async function driveUser(
  { name, action, architecture, item }: UserRequest,
  { lab, engine }: { lab: Lab; engine: LabEngine },
): Promise<UserStory> {
  if (action === "login" || action === "logout") refuseDuringRun(lab.name, { byLogin: true });
  const whose = { lab: lab.name, name, architecture: architecture.id };
  const { id: labId } = await engine.containerOf(lab, frontBalancer);
  const found = findKeptUser(whose);
  const newLab = found !== undefined && found.labId !== labId;
  const kept = found === undefined || newLab ? newKeptUser(whose, labId) : found;
  const browser = new VirtualUser({
    id: name,
    origin: labOrigins(lab)(architecture.policy.id),
    host: architecture.host,
    address: kept.address,
    nonce: kept.nonce,
    ...(kept.cookies ? { cookies: kept.cookies } : {}),
  });
  const kind = userActions[action];
  const itemsSent = kept.itemsSent + (kind === "add-item" ? 1 : 0);
  const operation = kind && (await perform(browser, kind, item ?? `item-${itemsSent}`));
  const judgement =
    operation && compare(kept.acknowledged, operation, { user: name, livesIn: architecture.store.livesIn });
  keepUser(lab.name, {
    ...kept,
    cookies: browser.serializedCookies,
    acknowledged: operation ? learn(kept.acknowledged, operation) : kept.acknowledged,
    itemsSent,
    usedAt: Date.now(),
  });
  const { cookies, address } = browser;
  return { ...whose, address, action, operation, judgement, cookies, newLab };
}

/** The architecture of this id, e.g. `cookie.memory`. @throws LabError (`bad-architecture`, `unknown-policy`, `unknown-store`) */
export function architectureCalled(id: string): Architecture {
  const [policy = "", store = "", ...more] = id.split(".");
  if (!policy || !store || more.length > 0)
    throw new LabError(`--at is "${id}".`, {
      id: "bad-architecture",
      todo: "Give a balancing policy and a session store with a dot between them, e.g. cookie.memory.",
      exit: "usage",
    });
  return selectArchitectures({ policies: [policy], stores: [store] })[0]!;
}

async function perform(browser: VirtualUser, kind: OperationKind, item: string): Promise<OperationEvent> {
  const transport = openTransport({ connections: 1 });
  try {
    return await browser.perform(
      kind,
      { site: labSite, transport, now: () => performance.now() },
      { phase: "baseline", connection: "fresh", ...(kind === "add-item" ? { item } : {}) },
    );
  } finally {
    await transport.close();
  }
}
