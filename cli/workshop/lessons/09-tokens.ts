import { defineLesson, isLoggedIn } from "../lesson.ts";

export default defineLesson({
  title: "Tokens (JWT), and what they cannot do",
  minutes: 12,
  stores: ["redis", "jwt"],
  intro: [
    "No server has to remember anything if the browser carries everything: at cookie.jwt the whole session is in the cookie, signed, so that nobody can change it (a JSON Web Token). App servers may die, Redis may die: every server can read the token.",
    "Now somebody copies everybody's cookies. Then everybody logs out, and every logout is acknowledged.",
  ],
  question: {
    ask: "The thief tries the copies. Where do they still open the session?",
    choices: {
      nowhere: "nowhere: everybody has logged out",
      redis: "at cookie.redis",
      jwt: "at cookie.jwt",
      both: "at both",
    },
  },
  experiment: async (tools) => {
    const { architectures } = await tools.play("logout-replay", {
      policies: ["cookie"],
      stores: ["redis", "jwt"],
      users: 3,
    });
    const open = architectures.filter(({ fates }) => (fates.resurrected ?? 0) > 0).map(({ store }) => store);
    const says = architectures
      .map(({ id, store }) => `${id}: the copies ${open.includes(store) ? "still open the session" : "open nothing"}`)
      .join("; ");
    return { answer: open.length === 2 ? "both" : (open[0] ?? "nowhere"), says };
  },
  because:
    "A logout can only remove what a server keeps. The token is complete by itself: until it expires, whoever has a copy is logged in, and nobody can take it back without keeping a list, that is, without state on a server again.",
  usuallyWrong: [
    { answer: "nowhere", because: "The logout removed the cookie from the user's browser. It cannot reach the copy." },
    {
      answer: "both",
      because: "At cookie.redis the logout deleted the session itself: the copied number means nothing any more.",
    },
  ],
  task: {
    says: [
      "What a token can do: log henry in at cookie.jwt, then kill the app server that took his login. Ask who he is.",
      "And read what is in his token, as anybody could: lab user henry cookies",
    ],
    users: ["henry"],
    checks: [
      isLoggedIn("henry", "cookie.jwt"),
      {
        name: "the process that took henry's login is gone",
        look: async (tools) => {
          const home = tools.known("henry", "cookie.jwt")?.home;
          if (!home) return { ok: false, says: "henry has not logged in at cookie.jwt" };
          const gone = (await tools.boot(home.server)) !== home.boot;
          return { ok: gone, says: gone ? `${home.server} died` : `${home.server} is still the process that it was` };
        },
      },
    ],
    hints: [
      "`lab user henry login --at cookie.jwt` says which app server answered.",
      "Kill that one: lab fault kill app1, or app2, or app3.",
      "lab user henry whoami: another app server reads the same token.",
    ],
    solve: async function* (tools) {
      yield "user henry login --at cookie.jwt";
      const home = tools.known("henry", "cookie.jwt")?.home?.server;
      if (home) yield `fault kill ${home}`;
      yield "user henry whoami --at cookie.jwt";
    },
  },
});
