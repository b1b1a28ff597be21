import restart from "../faults/restart.ts";
import { ofSessionsInAppServers, untouched } from "../theory/expectations.ts";
import { defineScenario } from "../theory/scenario.ts";
import { everyoneBrowses, everyoneChecksIn, everyoneSettlesIn, healEverything, inject, tell } from "../theory/steps.ts";
import { victim } from "../theory/targets.ts";

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
    ...everyoneSettlesIn(),
    tell("The victim gets SIGTERM, may end in good order, and is started again at once."),
    inject(restart(victim)),
    everyoneBrowses({ forMs: 1_000 }),
    tell("It is back. Was being polite of any use?"),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(({ home, victim }) =>
    home === victim
      ? { fate: "lost", because: "the process kept its sessions in memory; ending in good order saves none of them" }
      : untouched,
  ),
});
