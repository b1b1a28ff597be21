import leave from "../faults/leave.ts";
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
  title: "One app server less, at once",
  question: "One app server is taken out of the lists at once, to be switched off. Who is still logged in?",
  matters: "Autoscalers take servers away every night.",
  advice:
    "Sessions in a store of their own; where they are in the app servers, drain and wait (`scale-in-drain`), which helps only where the balancer binds browsers by a cookie.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "scale in", need: "survive-scale-in" },
  next: { scenario: "scale-in-drain", toSee: "how much `drain` saves that `down` does not" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell("The victim leaves the lists at once (`down`): it is not drained, nobody waits for its users."),
    inject(leave(victim)),
    everyoneBrowses({ forMs: 500 }),
    everythingSettles(),
    tell("It is not even switched off yet, and nobody touched its memory. Does anybody get there?"),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(({ home, victim }) =>
    home === victim
      ? {
          fate: "orphaned",
          because:
            "the session is in the memory of a server to which nobody is led any more; it is gone when that is switched off",
        }
      : { fate: "survived", because: "`down` keeps the place of the server that left, so nobody else is moved" },
  ),
});
