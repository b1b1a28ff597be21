import drain from "../faults/drain.ts";
import { ofSessionsInAppServers } from "../theory/expectations.ts";
import { defineScenario } from "../theory/scenario.ts";
import {
  everyoneBrowses,
  everyoneChecksIn,
  everyoneSettlesIn,
  everythingSettles,
  inject,
  tell,
} from "../theory/steps.ts";
import { victim } from "../theory/targets.ts";

export default defineScenario({
  title: "One app server less, drained first",
  question: "One app server gets `drain` and time, before it is switched off. Who is still logged in meanwhile?",
  matters: "Draining buys time, and only for those whom the balancer has bound to the server.",
  advice:
    "Wait for as long as a session may last before the server is switched off, or keep sessions in a store of their own and wait for nobody.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "scale in, while draining", need: "survive-drain" },
  next: { scenario: "blue-green", toSee: "what becomes of everybody when all servers are switched at once" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell("The victim drains: nobody new is sent there, and its users have all the time they want to finish."),
    inject(drain(victim)),
    everyoneBrowses({ forMs: 500 }),
    everythingSettles(),
    tell("It still drains. Do its users still get there, for as long as it is not switched off?"),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(({ policy, home, victim }) => {
    if (home !== victim) return { fate: "survived", because: "its app server is not the one that drains" };
    return policy.afterFailover === "stays"
      ? {
          fate: "survived",
          because: "the balancer still leads to a draining server whoever is bound to it by a cookie",
        }
      : {
          fate: "orphaned",
          because:
            "for ip_hash and hash, `drain` is `down`: nobody is bound, so the arithmetic sends its users elsewhere at once",
        };
  }),
});
