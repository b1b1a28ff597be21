import type { Seen } from "../theory/facts.ts";
import { defineScenario } from "../theory/scenario.ts";
import {
  attackersPlantCookies,
  attackersTryThem,
  everyoneChecksIn,
  everyoneSettlesIn,
  measure,
  tell,
} from "../theory/steps.ts";

export default defineScenario({
  title: "A session cookie planted before the login",
  question: "An attacker plants a session cookie in everybody's browser, then they log in. Does he get into a session?",
  matters: "An id that was known before the login is known to whoever planted it.",
  advice:
    "A new id at every login, and no id that the server has not issued itself (OWASP Session Management Cheat Sheet).",
  architectures: { policies: "all", stores: "all" },
  next: { scenario: "forged-affinity", toSee: "what an attacker gets into with the balancer's cookie" },
  steps: [
    tell("In every second browser an attacker plants the cookie of his own session, in the others a made-up one."),
    attackersPlantCookies(),
    tell("Everyone logs in with that and fills a cart."),
    ...everyoneSettlesIn(),
    tell("The attackers try the cookies that they planted, at the very app server that holds the user's session."),
    attackersTryThem(),
    measure({
      name: "sessions that a planted cookie opened",
      unit: "sessions",
      value: ({ strangers }) => strangers.opened,
      bound: () => ({ atMost: 0, because: "the login makes a new id, and the old one never becomes a login" }),
    }),
    measure({
      name: "browsers that still have the planted cookie after the login",
      unit: "browsers",
      value: ({ strangers }) => strangers.kept,
      bound: () => ({ atMost: 0, because: "the app adopts no id: it sets a cookie of its own at the login" }),
    }),
    measure({
      name: "tries of attackers that prove nothing",
      unit: "tries",
      value: ({ strangers: { tried, unanswered }, ...seen }) => Math.max(0, 2 * usersOf(seen) - tried) + unanswered,
      bound: () => ({
        atMost: 0,
        because: "each attacker tries by the usual way and at the session's home, and is answered",
      }),
    }),
    everyoneChecksIn(),
  ],
  expect: () => ({ fate: "survived", because: "the user's session has an id that only the user's browser knows" }),
});

function usersOf({ homes }: Pick<Seen, "homes">): number {
  return Object.values(homes).reduce((total, count) => total + count, 0);
}
