import leave from "../faults/leave.ts";
import {
  defineScenario,
  everyoneBrowses,
  everyoneChecksIn,
  everyoneLogsIn,
  everyoneReadsBack,
  everyoneShops,
  everythingSettles,
  inject,
  tell,
  victim,
} from "../theory/scenario.ts";

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
    everyoneLogsIn(),
    everyoneShops(),
    everyoneReadsBack(),
    tell("The victim leaves the lists at once (`down`): it is not drained, nobody waits for its users."),
    inject(leave(victim)),
    everyoneBrowses({ forMs: 500 }),
    everythingSettles(),
    tell("It is not even switched off yet, and nobody touched its memory. Does anybody get there?"),
    everyoneChecksIn(),
  ],
  expect: ({ store, home, victim }) => {
    if (store.livesIn !== "app-server")
      return { fate: "survived", because: "the session lives outside the app servers; any of them finds it again" };
    return home === victim
      ? {
          fate: "orphaned",
          because:
            "the session is in the memory of a server to which nobody is led any more; it is gone when that is switched off",
        }
      : { fate: "survived", because: "`down` keeps the place of the server that left, so nobody else is moved" };
  },
});
