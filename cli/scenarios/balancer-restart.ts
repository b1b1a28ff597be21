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
} from "../theory/scenario.ts";

export default defineScenario({
  title: "The balancer is restarted",
  question: "nginx is restarted. Who is still logged in?",
  matters:
    "The balancer is restarted for every change that a reload cannot make, and nobody thinks of it as a place where sessions depend on something.",
  advice:
    "Keep affinity where a restart does not reach it: in the browser's cookie or in arithmetic over the address, not in the balancer's memory; or share sessions, and need no affinity.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "balancer restart", need: "survive-balancer-restart" },
  next: { scenario: "server-restart", toSee: "the same done to an app server" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    everyoneLogsIn(),
    everyoneShops(),
    everyoneReadsBack(),
    tell("nginx is restarted. The app servers are not touched."),
    inject(restart("nginx")),
    everyoneBrowses({ forMs: 500 }),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ({ policy, store }) => {
    if (store.livesIn !== "app-server")
      return { fate: "survived", because: "the session lives outside the app servers; any of them finds it again" };
    return policy.keptIn === "balancer-memory"
      ? {
          fate: ["unstable", "orphaned", "survived"],
          because:
            "the balancer kept in its own memory who belongs where, and that is gone: it sends browsers anywhere",
        }
      : {
          fate: "survived",
          because: "what binds a browser to its server is in the browser or follows from its address",
        };
  },
});
