import { defineLesson } from "../lesson.ts";

/** Their names decide their networks; some of these share an app server, and not all of them do. */
const people = ["anna", "dina", "ben", "emil", "cleo", "fritz"];

export default defineLesson({
  title: "Affinity by address: one office, one server",
  minutes: 10,
  stores: ["memory"],
  intro: [
    'Session affinity ("sticky sessions") means: the same client reaches the same app server each time. The oldest way is ip_hash: nginx looks at the client\'s address. No cookie is needed.',
    "Nine people of one office log in. Their addresses differ, but only in the last number, as 10.20.30.1 and 10.20.30.2 do.",
  ],
  question: { ask: "How many of the three app servers serve these nine people, under ip-hash?", from: 1, to: 3 },
  experiment: async (tools) => {
    const { architectures } = await tools.play("office-nat", { policies: ["ip-hash"], stores: ["memory"], users: 9 });
    const used = Object.values(architectures[0]!.placement).filter((logins) => logins > 0).length;
    return { answer: used, says: `all nine logins together used ${used} of ${tools.appServers.length} app servers` };
  },
  because:
    "ip_hash takes only the first three numbers of an IPv4 address into account, so a whole /24 is one client to it; and a company or a mobile network often shows the world one single address.",
  usuallyWrong: [
    { answer: 3, because: "Nine addresses look like nine clients. But they agree in the part that ip_hash looks at." },
    { answer: 2, because: "A hash spreads what differs, and in the part that counts nothing differs here." },
  ],
  task: {
    says: [
      "Each name that you give to `lab user` comes from a network of its own. Find two people who live on different app servers at ip-hash.memory.",
    ],
    users: people,
    checks: [
      {
        name: "two people are logged in at ip-hash.memory, on different app servers",
        look: async (tools) => {
          const homes = new Map<string, string>();
          for (const { name, session } of tools.everybody("ip-hash.memory")) {
            if (session !== "logged-in") continue;
            const { answer, server } = await tools.whoami(name, "ip-hash.memory");
            if (answer === "me" && server !== undefined) homes.set(server, name);
          }
          const says = [...homes].map(([server, name]) => `${name} on ${server}`).join(", ");
          return { ok: homes.size >= 2, says: says || "nobody is logged in at ip-hash.memory" };
        },
      },
    ],
    hints: [
      "You cannot choose the server. Log several people in and read in the answers who took them.",
      "lab user anna login --at ip-hash.memory",
      "Go on with dina, ben, emil, cleo, until two of them have different servers behind their names.",
    ],
    solve: async function* (tools) {
      const homes = new Set<string>();
      for (const name of people) {
        if (homes.size >= 2) return;
        yield `user ${name} login --at ip-hash.memory`;
        homes.add(tools.known(name, "ip-hash.memory")?.home?.server ?? "nowhere");
      }
    },
  },
});
