import type { ServiceFacts } from "../history/services.ts";

/** What every request passes first. */
export const frontBalancer = "nginx";
/** The way to each app server past every balancer (services/door); no part of what is under test. */
export const doorService = "door";
/** The app server that is broken when `--victim` does not name another. */
export const usualVictim = "app2";
/** The Compose profile of the spare app servers, which are in no balancer's list until a scenario puts them in. */
export const spareProfile = "spare";

const appServer = (name: string): ServiceFacts => ({ name, role: "app-server", kind: "node" });

/**
 * The balancers and app servers of the lab's own stack. Nothing else in the CLI spells their names; compose/compose.yaml and nginx/ spell
 * them once more, for whoever reads those files. The servers of session stores are named by the stores (services/app/stores).
 */
export const ownServices: readonly ServiceFacts[] = [
  { name: frontBalancer, role: "balancer", kind: "nginx" },
  // Carries out the policy node-cookie (services/balancers/node).
  { name: "balancer", role: "balancer", kind: "node" },
  ...["app1", "app2", "app3"].map(appServer),
  ...["app4", "app5", "app6"].map((name): ServiceFacts => ({ ...appServer(name), spare: true })),
];
