import restart from "../faults/restart.ts";
import { ofSessionsInAppServers } from "../theory/expectations.ts";
import { defineScenario } from "../theory/scenario.ts";
import {
  everyoneBrowses,
  everyoneChecksIn,
  everyoneSettlesIn,
  forEachAppServer,
  healEverything,
  inject,
  tell,
} from "../theory/steps.ts";
import { thatServer } from "../theory/targets.ts";

export default defineScenario({
  title: "A new version is rolled out, one app server after the other",
  question: "Each app server is replaced in its turn, two are always up. Who is still logged in at the end?",
  matters: "A deployment is a crash of every server in turn, once a day, on purpose.",
  advice: "Take sessions out of the app servers; then a deployment is nobody's business but yours.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "deploy", need: "survive-deploy" },
  next: { scenario: "rolling-deploy-drain", toSee: "how much of it `drain` would have saved" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell("The app servers are restarted one by one, so that two are up at every moment."),
    forEachAppServer(inject(restart(thatServer)), everyoneBrowses({ forMs: 300 }), healEverything()),
    tell("All are new. Did any visitor see an error page, and who was logged out?"),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(() => ({
    fate: "lost",
    because:
      "its app server had its turn like all others, and a session in memory ends with the process; keep sessions in a store of their own",
  })),
});
