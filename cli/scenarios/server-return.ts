import comeBack from "../faults/return.ts";
import stop from "../faults/stop.ts";
import { ofSessionsInAppServers } from "../theory/expectations.ts";
import { defineScenario } from "../theory/scenario.ts";
import {
  everyoneBrowses,
  everyoneChecksIn,
  everyoneSettlesIn,
  given,
  healEverything,
  inject,
  tell,
} from "../theory/steps.ts";
import { victim } from "../theory/targets.ts";

export default defineScenario({
  title: "The server that comes back logs people out a second time",
  question: "One server is away; its users have logged in again elsewhere. Then it comes back. Who is still logged in?",
  matters:
    "Whoever was logged out by a failure logs in again elsewhere. Affinity that returns to the old server logs them out a second time.",
  advice: "Prefer affinity that stays where it fled to, as cookies do; or share the sessions.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "server returns", need: "survive-return" },
  next: {
    scenario: "rolling-deploy",
    toSee: "what is left when every server goes and comes back, one after the other",
  },
  steps: [
    tell("One app server is away. Its users log in again, at whichever server the balancer finds for them."),
    given(stop(victim)),
    ...everyoneSettlesIn(),
    tell("The server comes back, healthy and with an empty memory. Surely that is good news?"),
    inject(comeBack(victim)),
    everyoneBrowses({ forMs: 2_500 }),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(({ policy, seat, victim }) => {
    if (seat !== victim) return { fate: "survived", because: "its users never belonged to the server that was away" };
    return policy.afterFailover === "returns"
      ? {
          fate: "orphaned",
          because:
            "the balancer sends its clients back to the server that returned, which knows nothing of their new sessions",
        }
      : { fate: "survived", because: "the balancer keeps the browser with the server it was moved to" };
  }),
});
