import { defineLesson, isLoggedOut } from "../lesson.ts";

export default defineLesson({
  title: "The server that dies",
  minutes: 10,
  stores: ["memory", "redis"],
  intro: [
    "Sticky sessions are on, everybody reaches the right server every time, all is well. Six people are logged in at cookie.memory, two on each app server.",
    "Then app2 gets SIGKILL: no warning, no time to save anything. A moment later it is started again.",
  ],
  question: { ask: "How many of the six at cookie.memory are still logged in?", from: 0, to: 6 },
  experiment: async (tools) => {
    const { architectures } = await tools.play("server-crash", {
      policies: ["cookie"],
      stores: ["memory", "redis"],
      users: 6,
    });
    const survivors = (store: string) => architectures.find((one) => one.store === store)?.fates.survived ?? 0;
    return {
      answer: survivors("memory"),
      says: `cookie.memory: ${survivors("memory")} of 6 still logged in; cookie.redis, hit by the same fault: ${survivors("redis")} of 6`,
    };
  },
  because:
    "Affinity decides where requests go; it keeps nothing alive. A session in the memory of a process dies with the process, and exactly those of the killed server are gone.",
  usuallyWrong: [
    {
      answer: 6,
      because:
        '"Sticky means safe": affinity leads people back to their server, but the new process there has an empty memory.',
    },
    { answer: 0, because: "The other two servers were not touched, and affinity kept leading their people to them." },
  ],
  task: {
    says: [
      "dave is logged in at cookie.memory. Find out which app server his session lives on, and kill that one. Then ask who he is.",
      "`lab fault kill SERVICE` breaks, `lab heal` mends.",
    ],
    users: ["dave"],
    setup: async function* () {
      yield "user dave login --at cookie.memory";
    },
    checks: [
      {
        name: "the process that took dave's login is gone",
        look: async (tools) => {
          const home = tools.known("dave", "cookie.memory")?.home;
          if (!home) return { ok: false, says: "dave is not logged in on any app server" };
          const boot = await tools.boot(home.server);
          if (boot === undefined) return { ok: true, says: `${home.server} does not answer` };
          return boot === home.boot
            ? { ok: false, says: `${home.server} is still the process that it was` }
            : { ok: true, says: `${home.server} is another process now` };
        },
      },
      isLoggedOut("dave", "cookie.memory"),
    ],
    hints: [
      "`lab user dave whoami` says which app server answers; `lab user dave cookies` shows SERVER_ID.",
      "Kill that server: lab fault kill app1, or app2, or app3.",
      "Then: lab user dave whoami. nginx sends him to another server, which does not know him.",
    ],
    solve: async function* (tools) {
      const home = tools.known("dave", "cookie.memory")?.home?.server;
      if (home) yield `fault kill ${home}`;
      yield "user dave whoami --at cookie.memory";
    },
  },
});
