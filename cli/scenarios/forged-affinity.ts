import { ofSessionsInAppServers } from "../theory/expectations.ts";
import type { Seen } from "../theory/facts.ts";
import { defineScenario } from "../theory/scenario.ts";
import {
  everyoneChecksIn,
  everyoneForgesTheAffinityCookie,
  everyoneSettlesIn,
  measure,
  strangersForgeAffinity,
  tell,
} from "../theory/steps.ts";

export default defineScenario({
  title: "A forged affinity cookie",
  question: "Strangers copy, guess and garble the balancer's cookie, and so do the users. What does it get them into?",
  matters: "The balancer's cookie is the browser's to write: it may lead somewhere, and must not open anything.",
  advice:
    "Against all strangers choosing one server: rate limits, and names that say nothing. Against losing one's way: a shared store.",
  architectures: { policies: "all", stores: "all" },
  next: { scenario: "cookie-loss", toSee: "who cannot do without that cookie" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell(
      "Strangers come with balancer's cookies: copies of the users' own, names and numbers of app servers, nonsense.",
    ),
    strangersForgeAffinity(),
    measure({
      name: "sessions that a forged cookie opened",
      unit: "sessions",
      value: ({ strangers }) => strangers.opened,
      bound: () => ({ atMost: 0, because: "affinity says where to ask, not who one is" }),
    }),
    measure({
      name: "strangers without an answer",
      unit: "strangers",
      value: ({ strangers: { tried, unanswered } }) => (tried === 0 ? 1 : unanswered),
      bound: () => ({ atMost: 0, because: "what the balancer does not understand it ignores" }),
    }),
    measure({
      name: "strangers whom a copy led to its owner's app server",
      unit: "strangers",
      value: ({ strangers }) => strangers.ledByCopy,
      bound: ({ policy, ...seen }) =>
        policy.keptIn === "browser"
          ? { atLeast: usersOf(seen), because: "the cookie is all that the balancer goes by, whoever brings it" }
          : { atMost: 0, because: "the balancer gives the browser no cookie that could be copied" },
    }),
    measure({
      name: "app servers that a stranger can choose by name or number",
      unit: "app servers",
      value: ({ strangers }) => strangers.ledByName,
      bound: ({ strangers: { cookieSays }, homes }) =>
        cookieSays === "name" || cookieSays === "number"
          ? {
              atLeast: Object.keys(homes).length,
              because: `the cookie says the app server's ${cookieSays}: anybody can write another one`,
            }
          : { atLeast: 0, because: "names and numbers mean nothing to this balancer: they lead somewhere by chance" },
    }),
    tell("Now everyone sends a balancer's cookie that leads to another app server, beside their own session cookie."),
    everyoneForgesTheAffinityCookie(),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(({ home, newSeat, hasAffinityCookie }) => {
    if (!hasAffinityCookie)
      return { fate: "survived", because: "the balancer does not go by a cookie of its own, whatever it says" };
    return newSeat === home
      ? { fate: "survived", because: "the forged cookie leads to the same app server" }
      : { fate: "orphaned", because: "the forged cookie leads to another app server, which does not hold the session" };
  }),
});

function usersOf({ homes }: Pick<Seen, "homes">): number {
  return Object.values(homes).reduce((total, count) => total + count, 0);
}
