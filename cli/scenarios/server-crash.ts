import kill from "../faults/kill.ts";
import { ofSessionsInAppServers, untouched } from "../theory/expectations.ts";
import { defineScenario } from "../theory/scenario.ts";
import { everyoneBrowses, everyoneChecksIn, everyoneSettlesIn, healEverything, inject, tell } from "../theory/steps.ts";
import { victim } from "../theory/targets.ts";

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
    ...everyoneSettlesIn(),
    tell("The victim is killed. nginx has to notice, and to send its visitors elsewhere."),
    inject(kill(victim)),
    everyoneBrowses({ forMs: 1_500 }),
    tell("The victim comes back, with an empty memory."),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(({ home, victim }) =>
    home === victim ? { fate: "lost", because: "the session lived in the memory of the process that died" } : untouched,
  ),
});
