import { defineLesson, isLoggedIn } from "../lesson.ts";

const policies = ["cookie", "ip-hash"];

export default defineLesson({
  title: "Affinity by cookie: the browser carries the address",
  minutes: 8,
  stores: ["memory"],
  intro: [
    "The other way of affinity is a cookie of the balancer's own. At cookie.memory nginx sets SERVER_ID=app2, say, beside the session cookie of the app, and follows it from then on.",
    "Now everybody moves: phones leave the wifi, the office changes its line. Every browser keeps its cookies and has a new address in another network.",
  ],
  question: {
    ask: "Six people at each. Where is everybody still logged in after the move?",
    choices: {
      both: "at cookie.memory and at ip-hash.memory",
      cookie: "only at cookie.memory",
      "ip-hash": "only at ip-hash.memory",
      none: "at neither",
    },
  },
  experiment: async (tools) => {
    const { architectures } = await tools.play("roaming", { policies, stores: ["memory"], users: 6 });
    const kept = architectures.filter(({ fates, sessions }) => fates.survived === sessions).map(({ policy }) => policy);
    const says = architectures
      .map(({ id, policy }) => `${id}: ${kept.includes(policy) ? "everybody is still logged in" : "not everybody is"}`)
      .join("; ");
    return { answer: kept.length === 2 ? "both" : (kept[0] ?? "none"), says };
  },
  because:
    "A cookie moves with the browser, an address does not. Nothing was lost at ip-hash.memory: the sessions are alive on the old servers, and their browsers are led to others.",
  usuallyWrong: [
    {
      answer: "both",
      because: "The session cookie is still there, but ip_hash leads the browser to a server that does not know it.",
    },
    {
      answer: "none",
      because: "The balancer's cookie does not depend on the address: it leads to the old server from anywhere.",
    },
  ],
  task: {
    says: [
      "Two policies of the lab set an affinity cookie: cookie (nginx does it) and node-cookie (a balancer in Node does it). Log carol in at cookie.memory and at node-cookie.memory.",
      "Then look at what her browser carries: lab user carol cookies --at cookie.memory. Which cookie is the app's, which one the balancer's?",
    ],
    users: ["carol"],
    checks: [isLoggedIn("carol", "cookie.memory"), isLoggedIn("carol", "node-cookie.memory")],
    hints: [
      "`--at` says where; each architecture has cookies of its own.",
      "lab user carol login --at cookie.memory",
      "lab user carol login --at node-cookie.memory",
    ],
    solve: async function* () {
      yield "user carol login --at cookie.memory";
      yield "user carol login --at node-cookie.memory";
      yield "user carol cookies --at cookie.memory";
    },
  },
});
