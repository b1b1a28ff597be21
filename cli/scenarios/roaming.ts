import { ofSessionsInAppServers } from "../theory/expectations.ts";
import { defineScenario } from "../theory/scenario.ts";
import { everyoneChecksIn, everyoneRoams, everyoneSettlesIn, tell } from "../theory/steps.ts";

export default defineScenario({
  title: "Everybody's client address changes",
  question:
    "Phones leave the wifi, the office changes its line: every client has a new address. Who is still logged in?",
  matters:
    "Phones change from wifi to mobile networks all day, and affinity by address takes each change for another client.",
  advice: "Bind by cookie, not by address; or share the sessions.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "address changes", need: "survive-roaming", usersAtLeast: 12 },
  next: { scenario: "office-nat", toSee: "what affinity by address does to a whole office behind one address" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell("Everyone gets an address in another network. Nothing is broken, and the cookies are the same."),
    everyoneRoams(),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(({ policy, home, newSeat }) => {
    if (policy.affinity !== "address")
      return { fate: "survived", because: "the balancer goes by a cookie, and the browser still has it" };
    return newSeat === home
      ? { fate: "survived", because: "by chance the new address leads to the same app server" }
      : { fate: "orphaned", because: "the new address leads to another app server, which does not hold the session" };
  }),
});
