import join from "../faults/join.ts";
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
import { everyAppServer, everySpare } from "../theory/targets.ts";

export default defineScenario({
  title: "Blue-green: all visitors are switched to a new set of app servers",
  question: "Three new app servers take over from the three old ones. Who is still logged in?",
  matters:
    "A switch of all servers at once is the safest way back for the code, and the hardest for sessions in memory.",
  advice:
    "Share the sessions between both sets of servers; with sessions in memory, leave the old set running until they have ended.",
  architectures: { policies: "all", stores: "all", controlPolicy: "cookie" },
  profiles: ["spare"],
  compare: { label: "blue-green switch", need: "survive-blue-green" },
  next: { scenario: "balancer-restart", toSee: "what the balancer itself forgets when it is restarted" },
  steps: [
    tell("Everyone logs in and fills a cart, on the blue servers: app1, app2, app3."),
    ...everyoneSettlesIn(),
    tell("The green ones, app4, app5 and app6, are put into the balancers' lists beside them."),
    inject(join(everySpare)),
    everyoneBrowses({ forMs: 300 }),
    tell("Now the blue ones leave the lists, all three."),
    inject(leave(everyAppServer)),
    everyoneBrowses({ forMs: 500 }),
    everythingSettles(),
    tell("Blue still runs, ready for a way back. Does anybody still get to what is in its memory?"),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(() => ({
    fate: "orphaned",
    because: "the session is in the memory of a blue server, and every browser is led to a green one",
  })),
});
