import { type Check, defineLesson } from "../lesson.ts";

/** Enough that round robin has been everywhere several times. */
const requests = 12;

const staysLoggedIn: Check = {
  name: `bob is recognised ${requests} times out of ${requests} at an architecture with round-robin`,
  look: async (tools) => {
    const found = tools.stores
      .map((store) => `round-robin.${store}`)
      .filter((architecture) => tools.known("bob", architecture)?.session === "logged-in");
    if (found.length === 0)
      return { ok: false, says: "bob is logged in at no architecture that begins with round-robin" };
    const counts = [];
    for (const architecture of found) {
      let recognised = 0;
      for (let request = 0; request < requests; request++)
        if ((await tools.whoami("bob", architecture)).answer === "me") recognised += 1;
      if (recognised === requests) return { ok: true, says: `${architecture}: ${recognised} of ${requests}` };
      counts.push(`${architecture}: ${recognised} of ${requests}`);
    }
    return { ok: false, says: counts.join("; ") };
  },
};

export default defineLesson({
  title: "Many servers, and each remembers its own",
  minutes: 8,
  stores: ["memory", "redis"],
  intro: [
    "One server is not enough, so there are three. The simplest balancing policy is round robin: each request goes to the next server in turn.",
    "At round-robin.memory nothing is broken, and nobody does anything wrong.",
  ],
  question: {
    ask: `Somebody logs in at round-robin.memory and then asks ${requests} times: who am I? How often is the answer right?`,
    choices: {
      always: "every time",
      sometimes: "sometimes, about one time in three",
      never: "never",
    },
  },
  experiment: async (tools) => {
    const browser = tools.stranger("round-robin.memory");
    await browser.do("log-in");
    const answers = [];
    for (let request = 0; request < requests; request++) answers.push((await browser.do("who-am-i")).answer);
    const right = answers.filter((answer) => answer === "me").length;
    if (right === requests) return { answer: "always", says: "every request was recognised" };
    if (right === 0) return { answer: "never", says: "no request was recognised" };
    return { answer: "sometimes", says: "some requests were recognised, and others, from the same browser, were not" };
  },
  because:
    "Two requests out of three reach a server that has never seen this session. No crash is needed: many servers, and sessions in their memories, do not go together without more.",
  usuallyWrong: [
    {
      answer: "always",
      because: "The browser sends its cookie each time, but two of the three servers do not know it.",
    },
    { answer: "never", because: "Every third request or so reaches the server that took the login." },
  ],
  task: {
    says: [
      "Keep round robin, and make bob's login hold: log him in at an architecture that begins with round-robin and recognises him every time.",
      "An architecture is a policy and a store with a dot between them. `lab explain` lists both.",
    ],
    users: ["bob"],
    checks: [staysLoggedIn],
    hints: [
      "If any server may get the request, every server must find the session: keep it outside of them.",
      "The stores whose names begin with redis are shared by all three app servers.",
      "lab user bob login --at round-robin.redis",
    ],
    solve: async function* () {
      yield "user bob login --at round-robin.redis";
    },
  },
});
