import { defineLesson, isLoggedIn } from "../lesson.ts";

export default defineLesson({
  title: "What a session is, and where it lives",
  minutes: 8,
  stores: ["memory"],
  intro: [
    "HTTP forgets you after every answer. So a site gives your browser a cookie with a number in it, and keeps the rest under that number: who you are, what is in your cart. That is your session.",
    "This lab has nginx in front and three app servers behind it. At the address cookie.memory, nginx leads a browser to the same app server each time, and each app server keeps its sessions in its own memory.",
  ],
  question: {
    ask: "Somebody logs in at cookie.memory. Then each of the three app servers is asked, with the very same cookies: who is this? How many of them know?",
    from: 0,
    to: 3,
  },
  experiment: async (tools) => {
    const browser = tools.stranger("cookie.memory");
    await browser.do("log-in");
    const replies = await Promise.all(tools.appServers.map((server) => browser.askAt(server)));
    const knowing = tools.appServers.filter((_, index) => replies[index]!.answer === "me");
    const isHome = knowing.length === 1 && knowing[0] === browser.home;
    const which = isHome ? ": the one that took the login" : "";
    return {
      answer: knowing.length,
      says: `${knowing.length} of ${replies.length} app servers knew the session${which}`,
    };
  },
  because:
    "The session is in the memory of the one process that took the login. The cookie goes everywhere, but it only holds a number.",
  usuallyWrong: [
    { answer: 3, because: "The cookie reaches all of them, but to the other two its number means nothing." },
    { answer: 0, because: "Some process must remember: the browser has nothing but the number." },
  ],
  task: {
    says: [
      "Log alice in at cookie.memory and put something into her cart. `lab user` drives a browser: say whose, and what it should do.",
      "Then see which app server counts her session: lab sessions --store memory",
    ],
    users: ["alice"],
    checks: [
      isLoggedIn("alice", "cookie.memory"),
      {
        name: "alice has something in her cart",
        look: async (tools) => {
          const items = tools.known("alice", "cookie.memory")?.cart ?? [];
          return { ok: items.length > 0, says: items.length > 0 ? items.join(", ") : "nothing was added" };
        },
      },
    ],
    hints: [
      "`lab user --help` lists the actions.",
      "The first command is: lab user alice login --at cookie.memory",
      "The second one is: lab user alice add",
    ],
    solve: async function* () {
      yield "user alice login --at cookie.memory";
      yield "user alice add";
    },
  },
});
