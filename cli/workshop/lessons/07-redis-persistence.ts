import { defineLesson, isLoggedIn, isLoggedOut } from "../lesson.ts";

const servers = ["redis-rdb", "redis-aof"];

export default defineLesson({
  title: "Redis, and what it writes to disk",
  minutes: 12,
  stores: ["redis", "redis-rdb", "redis-aof"],
  intro: [
    "Sessions move out of the app servers into Redis, which all of them share. Now any app server may die. But what if Redis itself is restarted?",
    "The lab has three. redis writes nothing to disk. redis-rdb is Redis as it comes: a snapshot now and then (save points). redis-aof adds every change to an append-only file.",
    "All three are restarted politely: SIGTERM, wait, start.",
  ],
  question: {
    ask: "Which of the three still know their sessions afterwards?",
    choices: {
      none: "none of them",
      aof: "only redis-aof",
      "rdb-aof": "redis-rdb and redis-aof",
      all: "all three",
    },
  },
  experiment: async (tools) => {
    const { architectures } = await tools.play("redis-restart", {
      policies: ["cookie"],
      stores: ["redis", "redis-rdb", "redis-aof"],
      users: 3,
    });
    const redis = architectures.filter(({ store }) => store.startsWith("redis"));
    const kept = redis.filter(({ fates, sessions }) => fates.survived === sessions).map(({ store }) => store);
    const answers: Record<string, string> = {
      "": "none",
      "redis-aof": "aof",
      "redis-aof,redis-rdb": "rdb-aof",
      "redis,redis-aof,redis-rdb": "all",
    };
    const says = redis.map(({ store }) => `${store} ${kept.includes(store) ? "kept" : "lost"} its sessions`).join(", ");
    return { answer: answers[[...kept].sort().join(",")] ?? "another combination", says };
  },
  because:
    "On SIGTERM, Redis with save points writes one more snapshot before it ends. Only a Redis that is told to write nothing forgets everything. SIGKILL is another matter: then there is no last snapshot.",
  usuallyWrong: [
    {
      answer: "none",
      because:
        '"A Redis restart logs everybody out" holds only without persistence; Redis as it comes has save points.',
    },
    {
      answer: "aof",
      because: "The append-only file is not the only thing on disk: save points mean a snapshot at a polite end.",
    },
    { answer: "all", because: "redis has nothing on disk, however politely it is stopped." },
  ],
  task: {
    says: [
      "fay is logged in at cookie.redis-rdb, frank at cookie.redis-aof. A polite restart would keep both of them.",
      "Do the same thing to redis-rdb and to redis-aof, so that fay is logged out and frank is not. Then mend what is broken.",
    ],
    users: ["fay", "frank"],
    setup: async function* (tools) {
      yield "user fay login --at cookie.redis-rdb";
      yield "user frank login --at cookie.redis-aof";
      for (const server of servers) tools.remember(server, (await tools.state(server)).startedAt);
    },
    checks: [
      {
        name: "redis-rdb and redis-aof are other processes than before",
        look: async (tools) => {
          const states = await Promise.all(servers.map((server) => tools.state(server)));
          const same = servers.filter(
            (server, index) => !states[index]!.running || states[index]!.startedAt === tools.recall(server),
          );
          const says = same.length === 0 ? "both were started again" : `not started again: ${same.join(", ")}`;
          return { ok: same.length === 0, says };
        },
      },
      isLoggedOut("fay", "cookie.redis-rdb"),
      isLoggedIn("frank", "cookie.redis-aof"),
    ],
    hints: [
      "What does a polite stop give Redis time for, and which fault gives it no time?",
      "SIGKILL: lab fault kill redis-rdb. If you were polite before, fay is in the snapshot already: log her in again.",
      "lab fault kill redis-rdb, lab fault kill redis-aof, lab heal",
    ],
    solve: async function* () {
      for (const server of servers) yield `fault kill ${server}`;
      yield "heal";
    },
  },
});
