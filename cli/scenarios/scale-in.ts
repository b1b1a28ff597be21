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
} from "../scenario.ts";

export default defineScenario({
  title: "One app server less, in good order",
  question: "One app server is taken out of the lists; its process is not touched. Who is still logged in?",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "scale in", need: "survive-scale-in" },
  next: { scenario: "rolling-deploy-drain", toSee: "how much `drain` saves that `down` does not" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    everyoneLogsIn(),
    everyoneShops(),
    everyoneReadsBack(),
    tell("The victim leaves the lists (`down`), as before it is switched off. Its process runs on."),
    inject(leave(victim)),
    everyoneBrowses({ forMs: 500 }),
    everythingSettles(),
    tell("Its sessions are all in its memory still. Does anybody get there?"),
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
