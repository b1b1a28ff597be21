import {
  defineScenario,
  everyoneChecksIn,
  everyoneLogsIn,
  everyoneLogsOut,
  everyoneReadsBack,
  everyoneShops,
  tell,
} from "../scenario.ts";

export default defineScenario({
  title: "A copied cookie after the logout",
  question: "Somebody copied the cookies, then the user logged out. Does the copy still open the session?",
  matters:
    "A logout that only clears the browser's cookie leaves every copy of it valid: on a shared computer, in a log, with a thief.",
  advice:
    "Where sessions must end at once, keep something on the server that can be removed; with tokens a denylist, or lives of minutes.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "can be revoked", need: "revocable" },
  next: { scenario: "session-fixation", toSee: "whether a session can be taken over before it has begun" },
  steps: [
    tell("Everyone logs in and fills a cart. A thief copies everybody's cookies."),
    everyoneLogsIn(),
    everyoneShops(),
    everyoneReadsBack(),
    tell("Everyone logs out, and the logout is acknowledged. Then the thief tries the copies."),
    everyoneLogsOut(),
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
