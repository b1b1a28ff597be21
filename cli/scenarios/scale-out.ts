import join from "../faults/join.ts";
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
import { oneSpare } from "../theory/targets.ts";

export default defineScenario({
  title: "One app server more",
  question: "The site grows: app4 joins the others. Nothing is broken. Who is still logged in?",
  matters: "Growing should hurt nobody. Arithmetic over the number of servers moves people when that number changes.",
  advice: "Bind by cookie, or hash consistently, which moves few; or share the sessions.",
  architectures: { policies: "all", stores: "all", controlPolicy: "cookie" },
  profiles: ["spare"],
  compare: { label: "scale out", need: "survive-scale-out", usersAtLeast: 18 },
  next: { scenario: "scale-in", toSee: "who is moved when a server leaves again" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell("A fourth app server joins. The three others are not touched."),
    inject(join(oneSpare)),
    everyoneBrowses({ forMs: 500 }),
    tell("It stays. Whose browser is led to another server now?"),
    everythingSettles(),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(({ policy, home, seatAmongMore }) => {
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
  }),
});
