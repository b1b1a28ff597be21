import { defineScenario } from "../theory/scenario.ts";
import { everyoneBrowses, everyoneChecksIn, everyoneSettlesIn, tell } from "../theory/steps.ts";

export default defineScenario({
  title: "Nothing breaks",
  question: "Nobody touches anything. Who stays logged in?",
  matters: "Without a fault everything should hold; what fails here already is no affair of crashes.",
  advice: "Where sessions are in memory, the balancer needs affinity; better, take them out of the app servers.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "stays logged in", need: "hold-login" },
  next: { scenario: "server-crash", toSee: "who is still logged in when an app server dies" },
  steps: [
    tell("Everyone logs in and fills a cart. Nothing is broken in this scenario: it is the control."),
    ...everyoneSettlesIn(),
    tell("Everyone keeps browsing for a while."),
    everyoneBrowses({ forMs: 1_000 }),
    tell("Is everyone still logged in?"),
    everyoneChecksIn(),
  ],
  expect: ({ policy, store }) => ({
    fate: "survived",
    because:
      store.livesIn === "app-server"
        ? `affinity by ${policy.affinity} brings each browser back to the app server that holds its session`
        : "every app server finds the session in the store",
  }),
});
