import partition from "../faults/partition.ts";
import { defineScenario } from "../theory/scenario.ts";
import {
  everyoneChecksIn,
  everyoneLogsOut,
  everyoneSettlesIn,
  healEverything,
  inject,
  measure,
  tell,
  thievesTryTheCopies,
} from "../theory/steps.ts";
import { everyRedis } from "../theory/targets.ts";

const openedWhileAway = "copied cookies that opened the session while Redis was away";

export default defineScenario({
  title: "A copied cookie after the logout",
  question: "Somebody copied the cookies, then the user logged out. Does the copy still open the session?",
  matters:
    "A logout that only clears the browser's cookie leaves every copy of it valid: on a shared computer, in a log, with a thief.",
  advice:
    "Where sessions must end at once, keep something on the server that can be removed, and let nobody in while that does not answer; with tokens a denylist, or lives of minutes.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "can be revoked", need: "revocable" },
  wish: ({ sessions, fates, measures }) =>
    fates.survived === sessions && measures.every(({ name, value }) => name !== openedWhileAway || value === 0),
  next: { scenario: "session-fixation", toSee: "whether a session can be taken over before it has begun" },
  steps: [
    tell("Everyone logs in and fills a cart. A thief copies everybody's cookies."),
    ...everyoneSettlesIn(),
    tell("Everyone logs out. Then all Redis servers are cut off from the network, and the thief tries the copies."),
    everyoneLogsOut(),
    inject(partition(everyRedis)),
    thievesTryTheCopies(),
    measure({
      name: openedWhileAway,
      unit: "copies that opened",
      value: ({ strangers }) => strangers.openedByCopy,
      bound: ({ store }) => {
        if (!store.revocable) return { atLeast: 1, because: "the token is complete by itself and asks no server" };
        if (store.fallback)
          return {
            atLeast: 1,
            because: "while the server is away nobody can know of the logout, and a signed cookie counts",
          };
        if (store.livesIn === "app-server")
          return { because: "Redis plays no part in it: what the copy opens in the end decides" };
        return { atMost: 0, because: "no session where it lived, or no answer: the copy opens nothing" };
      },
    }),
    tell("Redis is back, and the thief tries once more. What do the copies open?"),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ({ store }) =>
    store.revocable
      ? { fate: "survived", because: "the logout removed the session where it lives: the copy opens nothing" }
      : {
          fate: "resurrected",
          because: "the session is in the token itself; nobody can take back a copy before it expires",
        },
});
