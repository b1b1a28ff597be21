import drain from "../faults/drain.ts";
import restart from "../faults/restart.ts";
import { ofSessionsInAppServers } from "../theory/expectations.ts";
import type { Measure, Seen } from "../theory/facts.ts";
import { defineScenario } from "../theory/scenario.ts";
import {
  everyoneBrowses,
  everyoneChecksIn,
  everyoneSettlesIn,
  forEachAppServer,
  healEverything,
  inject,
  measureOnce,
  tell,
} from "../theory/steps.ts";
import { thatServer } from "../theory/targets.ts";

const recognisedWhileDraining = {
  name: "answers that recognised their user while a server drained",
  unit: "share",
  value: ({ answers: { me, anonymous } }: Seen) => me / Math.max(1, me + anonymous),
  bound: ({ policy, store }: Seen) => {
    if (store.livesIn !== "app-server") return { atLeast: 1, because: "any app server finds the session" };
    if (policy.affinity === "none") return { because: "without affinity it is chance, drained or not" };
    return policy.afterFailover === "stays"
      ? { atLeast: 1, because: "nginx still leads to a draining server whoever is bound to it by a cookie" }
      : {
          atMost: 0.95,
          because:
            "for ip_hash and hash, `drain` is `down`: nobody is bound, so the arithmetic sends its users elsewhere at once",
        };
  },
} satisfies Measure;

export default defineScenario({
  title: "A new version is rolled out, each app server drained first",
  question: "Each app server gets `drain` before it is replaced: nobody new is sent there. Who is still logged in?",
  matters:
    "Draining is said to make deployments harmless; it only decides who is sent there, not what the process remembers.",
  advice: "Drain for as long as sessions last, which is rarely practical, or take sessions out of the app servers.",
  architectures: { policies: "all", stores: "all" },
  next: { scenario: "blue-green", toSee: "what changes when all servers are switched at once" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell("Each app server drains for a while: nobody new is to get there. Then it is restarted."),
    forEachAppServer(
      inject(drain(thatServer)),
      everyoneBrowses({ forMs: 300 }),
      // Later on, users of the servers before are logged out already.
      measureOnce(recognisedWhileDraining),
      inject(restart(thatServer)),
      everyoneBrowses({ forMs: 300 }),
      healEverything(),
    ),
    tell("Draining is to keep newcomers away. Did it do anything for those who were there already?"),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(() => ({
    fate: "lost",
    because:
      "draining only keeps newcomers away; whoever has not left by the restart loses what was in the memory of the process",
  })),
});
