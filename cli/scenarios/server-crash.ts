import kill from "../faults/kill.ts";
import {
  defineScenario,
  everyoneBrowses,
  everyoneChecksIn,
  everyoneLogsIn,
  everyoneReadsBack,
  everyoneShops,
  healEverything,
  inject,
  tell,
  victim,
} from "../theory/scenario.ts";

export default defineScenario({
  title: "One app server dies without warning",
  question: "Everyone is logged in, then one app server gets SIGKILL. Who is still logged in?",
  matters: "Sooner or later every server dies without warning, and this is the moment for which one has several.",
  advice: "Keep sessions outside of the app servers; affinity alone saves only those who were elsewhere.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "server crash", need: "survive-crash" },
  next: { scenario: "redis-crash", toSee: "what becomes of the survivors when the Redis dies that saved them" },
  steps: [
    tell("Everyone logs in and fills a cart; the balancer decides where each session lives."),
    everyoneLogsIn(),
    everyoneShops(),
    everyoneReadsBack(),
    tell("The victim is killed. nginx has to notice, and to send its visitors elsewhere."),
    inject(kill(victim)),
    everyoneBrowses({ forMs: 1_500 }),
    tell("The victim comes back, with an empty memory."),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ({ store, home, victim }) => {
    if (store.livesIn !== "app-server")
      return { fate: "survived", because: "the session lives outside the app servers; any of them finds it again" };
    return home === victim
      ? { fate: "lost", because: "the session lived in the memory of the process that died" }
      : { fate: "survived", because: "its app server was not touched, and affinity keeps leading there" };
  },
});
