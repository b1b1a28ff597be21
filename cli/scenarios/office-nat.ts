import { defineScenario } from "../theory/scenario.ts";
import { everyoneChecksIn, everyoneSettlesIn, measure, tell } from "../theory/steps.ts";

export default defineScenario({
  title: "A whole office behind one network",
  question: "All users come from one /24, as from an office. How evenly do they spread over the app servers?",
  matters:
    "Behind one address sit hundreds of people: an office, a school, a mobile network. By address they all are one client.",
  advice: "Balance by cookie rather than by address, or share the sessions and spread requests freely.",
  architectures: { policies: "all", stores: ["memory", "redis"] },
  clients: "one-network",
  compare: { label: "spreads load", need: "spread-load", decidedBy: "policy", usersAtLeast: 30 },
  wish: ({ measures }) => measures.every(({ value }) => value <= 0.67),
  next: { scenario: "scale-out", toSee: "who is moved when a server is added because of the load" },
  steps: [
    tell("Everyone sits in the same office: the addresses differ in the last octet only."),
    ...everyoneSettlesIn(),
    measure({
      name: "largest share of an architecture's logins on one app server",
      unit: "share",
      value: ({ homes }) => Math.max(0, ...Object.values(homes)) / Math.max(1, sum(Object.values(homes))),
      bound: ({ policy, homes }) => {
        if (policy.key === "client-network")
          return { atLeast: 1, because: "ip_hash looks at the first three octets only: one office, one app server" };
        // Few users cannot spread evenly: with 3 of them on 3 servers, 2 on one is no skew.
        return {
          atMost: sum(Object.values(homes)) < 12 ? 1 : 0.67,
          because: "an office is many clients to this balancer, so users spread over all servers",
        };
      },
    }),
    everyoneChecksIn(),
  ],
  expect: () => ({ fate: "survived", because: "nothing breaks; what suffers is the one server that gets everybody" }),
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
