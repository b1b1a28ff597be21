import join from "../faults/join.ts";
import {
  defineScenario,
  everyoneBrowses,
  everyoneChecksIn,
  everyoneLogsIn,
  everyoneReadsBack,
  everyoneShops,
  everythingSettles,
  inject,
  oneSpare,
  spareProfile,
  tell,
} from "../theory/scenario.ts";

export default defineScenario({
  title: "One app server more",
  question: "The site grows: app4 joins the others. Nothing is broken. Who is still logged in?",
  matters: "Growing should hurt nobody. Arithmetic over the number of servers moves people when that number changes.",
  advice: "Bind by cookie, or hash consistently, which moves few; or share the sessions.",
  architectures: { policies: "all", stores: "all", controlPolicy: "cookie" },
  profiles: [spareProfile],
  compare: { label: "scale out", need: "survive-scale-out", usersAtLeast: 18 },
  next: { scenario: "scale-in", toSee: "who is moved when a server leaves again" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    everyoneLogsIn(),
    everyoneShops(),
    everyoneReadsBack(),
    tell("A fourth app server joins. The three others are not touched."),
    inject(...oneSpare(join)),
    everyoneBrowses({ forMs: 500 }),
    tell("It stays. Whose browser is led to another server now?"),
    everythingSettles(),
    everyoneChecksIn(),
  ],
  expect: ({ policy, store, home, seatAmongMore }) => {
    if (store.livesIn !== "app-server")
      return { fate: "survived", because: "the session lives outside the app servers; any of them finds it again" };
    if (policy.placedBy === "first-choice")
      return {
        fate: "survived",
        because: "the balancer goes by what it wrote down, and that names the same server as before",
      };
    return seatAmongMore === home
      ? { fate: "survived", because: "computed among four servers instead of three, its place is the same" }
      : {
          fate: "orphaned",
          because:
            "the place is computed from the number of servers: ip_hash moves most browsers when one joins, a consistent hash about one in four",
        };
  },
});
