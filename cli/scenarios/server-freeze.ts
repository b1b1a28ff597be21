import freeze from "../faults/freeze.ts";
import { ofSessionsInAppServers, untouched } from "../theory/expectations.ts";
import { defineScenario } from "../theory/scenario.ts";
import { everyoneBrowses, everyoneChecksIn, everyoneSettlesIn, healEverything, inject, tell } from "../theory/steps.ts";
import { victim } from "../theory/targets.ts";

export default defineScenario({
  title: "One app server freezes, then goes on",
  question: "An app server hangs for a while and then goes on as if nothing had happened. Who is still logged in?",
  matters:
    "A server that hangs is worse than a dead one: connections open, answers do not come, and later it is back with old sessions.",
  advice: "Short timeouts and a failure window in the balancer, and sessions that any server can find.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "server freezes", need: "survive-freeze" },
  next: { scenario: "server-partition", toSee: "the same from outside: a server that is well, and out of reach" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell("The victim freezes: it accepts connections and never answers. Its memory stays as it is."),
    inject(freeze(victim)),
    everyoneBrowses({ forMs: 3_000 }),
    tell("It goes on where it stopped. Do its users find the way back?"),
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
