import { defineLesson, type LessonTools } from "../lesson.ts";

const candidates = ["memory", "redis", "redis-aof", "jwt"];

export default defineLesson({
  title: "Choosing",
  minutes: 15,
  stores: candidates,
  intro: [
    "A shop asks for your advice. Nobody may be logged out when an app server is killed. Nobody may be logged out when Redis is killed and started again. And whoever logs out must be out: a stolen copy of the cookie must be worthless.",
    "You have seen four stores: memory, redis (nothing on disk), redis-aof (append-only file), jwt.",
  ],
  question: {
    ask: "Under the policy cookie: which of these stores meets all three needs?",
    choices: { memory: "memory", redis: "redis", "redis-aof": "redis-aof", jwt: "jwt", none: "none of them" },
  },
  experiment: async (tools) => {
    const findings = await ordeal(
      tools,
      candidates.map((store) => `cookie.${store}`),
    );
    const good = candidates.filter((_, index) => findings[index]!.length === 0);
    const says = candidates
      .map((store, index) => `${store}: ${findings[index]!.join(" and ") || "met all three"}`)
      .join("; ");
    return { answer: good.length > 1 ? "several" : (good[0] ?? "none"), says };
  },
  because:
    "A session that must outlive an app server cannot live in one; one that must outlive Redis must be on its disk; one that must end at once must be in one place where it can be deleted. What is left costs one more server that has to run.",
  usuallyWrong: [
    { answer: "jwt", because: "It survives every crash there is, and for the same reason it survives the logout." },
    { answer: "redis", because: "It outlives the app servers, but nothing of it is on disk." },
    { answer: "none", because: "The three needs do not contradict each other: they only cost a server with a disk." },
  ],
  task: {
    says: [
      "Log ivy in at an architecture of your choice that meets all three needs. The check does not believe it: it logs in beside her, kills, mends, logs out and tries the stolen cookie.",
    ],
    users: ["ivy"],
    checks: [
      {
        name: "ivy's architecture meets all three needs",
        look: async (tools) => {
          const places = tools.architectures.filter((id) => tools.known("ivy", id)?.session === "logged-in");
          if (places.length === 0) return { ok: false, says: "ivy is not logged in anywhere" };
          const findings = await ordeal(tools, places);
          const good = places.filter((_, index) => findings[index]!.length === 0);
          if (good.length > 0)
            return { ok: true, says: `${good.join(", ")}: killed, mended, logged out, and the copy is worthless` };
          return {
            ok: false,
            says: places.map((place, index) => `${place}: ${findings[index]!.join(" and ")}`).join("; "),
          };
        },
      },
    ],
    hints: [
      "Go through the lessons: which stores outlive an app server? Which of those outlive a killed Redis? Which of those can forget?",
      "Two are left after the second question: redis-aof and jwt.",
      "lab user ivy login --at cookie.redis-aof",
    ],
    solve: async function* () {
      yield "user ivy login --at cookie.redis-aof";
    },
  },
});

/** Puts architectures to the test, all at the same time. @returns for each, which needs it did not meet */
async function ordeal(tools: LessonTools, architectures: readonly string[]): Promise<string[][]> {
  const trials = architectures.map((id) => {
    const victim = tools.stranger(id);
    return { id, before: victim, after: tools.stranger(id), findings: [] as string[] };
  });
  for (const { before } of trials) await before.do("log-in");
  for (const server of new Set(trials.flatMap(({ before }) => before.home ?? []))) await tools.kill(server);
  await tools.heal();
  for (const { before, findings } of trials)
    if ((await before.do("who-am-i")).answer !== "me") findings.push("logged out by the death of an app server");

  for (const { after } of trials) await after.do("log-in");
  const stores = new Set(architectures.flatMap((id) => tools.serverOf(id.split(".")[1]!) ?? []));
  for (const server of stores) await tools.kill(server);
  await tools.heal();
  for (const { after, findings } of trials) {
    if ((await after.do("who-am-i")).answer !== "me") findings.push("logged out by the death of its server");
    await after.do("log-out");
    if ((await after.replay()).answer === "me") findings.push("open to a stolen copy after the logout");
  }
  return trials.map(({ findings }) => findings);
}
