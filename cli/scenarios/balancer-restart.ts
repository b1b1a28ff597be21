import restart from "../faults/restart.ts";
import { ofSessionsInAppServers } from "../theory/expectations.ts";
import { defineScenario } from "../theory/scenario.ts";
import { everyoneBrowses, everyoneChecksIn, everyoneSettlesIn, healEverything, inject, tell } from "../theory/steps.ts";
import { balancer } from "../theory/targets.ts";

export default defineScenario({
  title: "The balancer is restarted",
  question: "nginx is restarted. Who is still logged in?",
  matters:
    "The balancer is restarted for every change that a reload cannot make, and nobody thinks of it as a place where sessions depend on something.",
  advice:
    "Keep affinity where a restart does not reach it: in the browser's cookie or in arithmetic over the address, not in the balancer's memory; or share sessions, and need no affinity.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "balancer restart", need: "survive-balancer-restart" },
  next: { scenario: "server-restart", toSee: "the same done to an app server" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell("nginx is restarted. The app servers are not touched."),
    inject(restart(balancer)),
    everyoneBrowses({ forMs: 500 }),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(({ policy }) =>
    policy.keptIn === "balancer-memory"
      ? {
          fate: ["unstable", "orphaned", "survived"],
          because:
            "the balancer kept in its own memory who belongs where, and that is gone: it sends browsers anywhere",
        }
      : {
          fate: "survived",
          because: "what binds a browser to its server is in the browser or follows from its address",
        },
  ),
});
