import { ofSessionsInAppServers } from "../theory/expectations.ts";
import { defineScenario } from "../theory/scenario.ts";
import { everyoneChecksIn, everyoneLosesTheAffinityCookie, everyoneSettlesIn, tell } from "../theory/steps.ts";

export default defineScenario({
  title: "The balancer's cookie is lost, the app's is kept",
  question: "Browsers lose the affinity cookie (a proxy strips it, a privacy tool deletes it). Who is still logged in?",
  matters: "Proxies strip cookies that they do not know, and people delete them; the app's own cookie may well stay.",
  advice: "Do not let a session depend on a second cookie: a shared store finds it wherever the request arrives.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "affinity cookie lost", need: "survive-cookie-loss", usersAtLeast: 12 },
  next: { scenario: "roaming", toSee: "the same for affinity by address: everybody gets another one" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell("Every browser loses the cookie by which the balancer knew it. The app's session cookie stays."),
    everyoneLosesTheAffinityCookie(),
    everyoneChecksIn(),
  ],
  expect: ofSessionsInAppServers(({ hasAffinityCookie }) =>
    hasAffinityCookie
      ? {
          fate: ["orphaned", "survived"],
          because:
            "without its cookie the browser is a newcomer to the balancer, which picks a server anew: by chance the old one",
        }
      : { fate: "survived", because: "the balancer gave the browser no cookie that could be lost" },
  ),
});
