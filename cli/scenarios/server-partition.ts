import partition from "../faults/partition.ts";
import { ofSessionsInAppServers, untouched } from "../theory/expectations.ts";
import { defineScenario } from "../theory/scenario.ts";
import { everyoneBrowses, everyoneChecksIn, everyoneSettlesIn, healEverything, inject, tell } from "../theory/steps.ts";
import { victim } from "../theory/targets.ts";

export default defineScenario({
  title: "One app server is cut off from the network",
  question: "An app server loses the network for a while: alive, but nobody reaches it. Who is still logged in?",
  matters:
    "A cable, a firewall rule, a full connection table: the server is well, its sessions are intact, and nobody gets there.",
  advice: "Share the sessions; and know your policy, since some lead people back afterwards and others never.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "server cut off", need: "survive-partition" },
  next: { scenario: "server-return", toSee: "how a server that comes back logs people out a second time" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell("The victim is cut off: alive and well, but nobody reaches it and it reaches nobody."),
    inject(partition(victim)),
    everyoneBrowses({ forMs: 3_000 }),
    tell("The cable is plugged in again. The victim was well all the time. Do its users find the way back?"),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(({ policy, home, victim }) => {
    if (home !== victim) return untouched;
    return policy.afterFailover === "returns"
      ? {
          fate: "survived",
          because: "the balancer sends its clients back to the server, which still holds their sessions",
        }
      : {
          fate: "orphaned",
          because:
            "the session is alive on the old server, but at the failover the balancer bound the browser to another one",
        };
  }),
});
