import { defineLesson } from "../lesson.ts";

export default defineLesson({
  title: "Redis is away",
  minutes: 8,
  stores: ["memory", "redis"],
  intro: [
    "All sessions are in Redis, and Redis is well. Only the network between it and the app servers is cut, for a second or so. Then it is back.",
  ],
  question: {
    ask: "What does somebody see who is logged in at cookie.redis, while Redis cannot be reached?",
    choices: {
      "logged-out": "the login page: logged out",
      error: "an error: try again later",
      "as-before": "the usual page, from the app server's memory",
    },
  },
  experiment: async (tools) => {
    const { architectures } = await tools.play("redis-outage", { policies: ["cookie"], stores: ["redis"], users: 3 });
    const redis = architectures.find(({ store }) => store === "redis")!;
    const refused = redis.measures[0]?.value ?? 0;
    const seen =
      redis.outage.timesAnonymous > 0
        ? (["logged-out", "somebody was shown as logged out"] as const)
        : refused > 0
          ? (["error", "requests were refused with 503, and nobody was shown as logged out"] as const)
          : (["as-before", "no request was refused"] as const);
    const after =
      redis.fates.survived === redis.sessions
        ? "all sessions were there again afterwards"
        : "not all sessions came back";
    return { answer: seen[0], says: `${seen[1]}; ${after}` };
  },
  because:
    "Away is not gone. An app that cannot ask its store does not know who you are, and must say so (503) instead of guessing that you are nobody: a guess would log everybody out over a cable.",
  usuallyWrong: [
    {
      answer: "logged-out",
      because:
        "Many apps do that, by accident: express-session goes on without a session once its store has disconnected. This one answers 503.",
    },
    {
      answer: "as-before",
      because:
        "The app servers keep no copy. That is why any of them can serve anybody, and why all of them need Redis.",
    },
  ],
  task: {
    says: [
      "gina is logged in at cookie.redis. Make the app unable to say who she is, without losing her session: Redis must go on running.",
      "Afterwards mend it (lab heal) and ask again: she never logged in a second time.",
    ],
    users: ["gina"],
    setup: async function* () {
      yield "user gina login --at cookie.redis";
    },
    checks: [
      {
        name: "the app cannot say whether gina is logged in",
        look: async (tools) => {
          if (tools.known("gina", "cookie.redis") === undefined) return { ok: false, says: "gina has not been here" };
          const { answer, says } = await tools.whoami("gina", "cookie.redis");
          return { ok: answer === "store-unreachable", says };
        },
      },
      {
        name: "Redis itself is running, with all that it knows",
        look: async (tools) => {
          const { running, attached } = await tools.state("redis");
          return {
            ok: running && !attached,
            says: `running: ${running ? "yes" : "no"}, on the network: ${attached ? "yes" : "no"}`,
          };
        },
      },
    ],
    hints: [
      "`lab explain` lists the faults. Which of them leaves a process alive, and alone?",
      "The fault is called partition, and the service redis.",
      "lab fault partition redis",
    ],
    solve: async function* () {
      yield "fault partition redis";
      yield "user gina whoami --at cookie.redis";
    },
  },
});
