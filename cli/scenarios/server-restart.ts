import restart from "../faults/restart.ts";
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
  title: "One app server is restarted politely (SIGTERM)",
  question: "An app server gets SIGTERM and is started again, as any update does. Who is still logged in?",
  matters:
    "Updates, new configuration, memory limits: the polite end is the most frequent of all, and no politeness saves a process's memory.",
  advice: "Sessions outside of the process; a graceful shutdown finishes requests, not sessions.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "server restart", need: "survive-restart" },
  next: { scenario: "server-freeze", toSee: "what an app server does that only hangs" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    everyoneLogsIn(),
    everyoneShops(),
    everyoneReadsBack(),
    tell("The victim gets SIGTERM, may end in good order, and is started again at once."),
    inject(restart(victim)),
    everyoneBrowses({ forMs: 1_000 }),
    tell("It is back. Was being polite of any use?"),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ({ store, home, victim }) => {
    if (store.livesIn !== "app-server")
      return { fate: "survived", because: "the session lives outside the app servers; any of them finds it again" };
    return home === victim
      ? { fate: "lost", because: "the process kept its sessions in memory; ending in good order saves none of them" }
      : { fate: "survived", because: "its app server was not touched, and affinity keeps leading there" };
  },
});
