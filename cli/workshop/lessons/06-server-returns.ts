import { defineLesson } from "../lesson.ts";

const at = "ip-hash.memory";

export default defineLesson({
  title: "The server that comes back",
  minutes: 10,
  stores: ["memory"],
  intro: [
    "app2 is away. Its people were logged out, and have logged in again: the balancer has found them other servers. Everybody is content.",
    "Now app2 comes back: healthy, and with an empty memory. Surely that is good news.",
  ],
  question: {
    ask: "Six people are logged in at ip-hash.memory, and nobody's server dies. app2 comes back. How many of the six are still logged in?",
    from: 0,
    to: 6,
  },
  experiment: async (tools) => {
    const { architectures } = await tools.play("server-return", {
      policies: ["cookie", "ip-hash"],
      stores: ["memory"],
      users: 6,
    });
    const survivors = (policy: string) => architectures.find((one) => one.policy === policy)?.fates.survived ?? 0;
    return {
      answer: survivors("ip-hash"),
      says: `ip-hash.memory: ${survivors("ip-hash")} of 6 still logged in; cookie.memory: ${survivors("cookie")} of 6`,
    };
  },
  because:
    "ip_hash fails back: the address belongs to app2 again the moment app2 answers, and app2 knows nothing of the new sessions. The cookie policy rewrote its cookie when app2 was away, so its people stay where they are.",
  usuallyWrong: [
    {
      answer: 6,
      because:
        "No session was lost, that is true. But two people cannot get back to theirs: they are logged out a second time.",
    },
    { answer: 0, because: "Only the people whose addresses belong to app2 are led back to it." },
  ],
  task: {
    says: [
      "One app server is down, and erin has logged in again at ip-hash.memory, on another one. Log her out a second time without touching her browser or her server.",
    ],
    users: ["erin"],
    setup: async function* (tools) {
      yield `user erin login --at ${at}`;
      const home = tools.known("erin", at)?.home?.server;
      if (!home) return;
      tools.remember("belongs to", home);
      yield `fault kill ${home}`;
      yield `user erin login --at ${at}`;
    },
    checks: [
      {
        name: "the app server to which erin's address belongs is running again",
        look: async (tools) => {
          const server = tools.recall("belongs to") ?? tools.appServers[0]!;
          const { running } = await tools.state(server);
          return { ok: running, says: `${server} is ${running ? "running" : "down"}` };
        },
      },
      {
        name: "erin is logged out, and the session of her second login still lives",
        look: async (tools) => {
          const server = tools.recall("belongs to");
          const home = tools.known("erin", at)?.home;
          if (!server || !home || !(await tools.state(server)).running)
            return { ok: false, says: "nothing has come back yet" };
          // nginx asks a server that failed again only when its failure window is over.
          const { answer, says } = await tools.whoamiUntil("erin", at, "anonymous");
          const lives = (await tools.boot(home.server)) === home.boot;
          return { ok: answer === "anonymous" && lives, says };
        },
      },
    ],
    hints: [
      "What happens to an address that belongs to a server which was away?",
      "`lab status` shows which app server is down. What if it came back?",
      "lab heal, and two seconds later: lab user erin whoami",
    ],
    solve: async function* () {
      yield "heal";
      yield `user erin whoami --at ${at}`;
    },
  },
});
