import { type Story, story } from "./history-builder.ts";

/**
 * The histories that are stored beside this file, each with the result that was read and approved by a person. The file name
 * is the story's name.
 */
export const stories: Record<string, () => Story> = {
  "server-crash": () => serverCrash({ architectures: ["round-robin.memory", "cookie.memory", "cookie.redis"] }),
  "redis-crash": redisCrash,
  "theory-was-wrong": theoryWasWrong,
  "fault-missed": faultMissed,
  "every-fate": everyFate,
  "server-return": serverReturn,
  "scale-out": scaleOut,
  "balancer-restart": balancerRestart,
  "redis-aof-late": redisAofLate,
};

const appServers = ["app1", "app2", "app3"];
const inMemory = "the session lived in the memory of the process that died";
const untouched = "its app server was not touched, and affinity keeps leading there";
const outside = "the session lives outside the app servers; any of them finds it again";
const flickering = "without affinity most requests reach an app server that does not hold the session";

export interface CrashOptions {
  architectures: string[];
  /** Users per architecture, in turn on app2, app3 and app1. */
  users?: number;
}

/** app2 is killed and comes back with an empty memory; everything happens as theory says. */
export function serverCrash({ architectures, users = 3 }: CrashOptions): Story {
  const people = architectures.flatMap((architecture) =>
    Array.from({ length: users }, (_, index) => ({
      name: `${architecture}/${index + 1}`,
      architecture,
      home: appServers[(index + 1) % 3]!,
      elsewhere: appServers[(index + 2) % 3]!,
      isFlickering: architecture === "round-robin.memory",
      isInMemory: architecture.endsWith(".memory"),
    })),
  );
  const told = story({
    architectures,
    usersPerArchitecture: users,
    scenario: {
      id: "server-crash",
      title: "One app server dies without warning",
      question: "Everyone is logged in, then one app server gets SIGKILL. Who is still logged in?",
      next: { scenario: "redis-crash", toSee: "what becomes of the survivors" },
    },
  });
  for (const { name, architecture, home, elsewhere, isFlickering } of people) {
    told.comesIn(name, home, { architecture });
    if (isFlickering) told.reads(name, "anonymous", { server: elsewhere, connection: "fresh" });
  }
  for (const { name, home, isFlickering, isInMemory } of people)
    if (isFlickering) told.predicts(name, "unstable", flickering);
    else if (isInMemory)
      told.predicts(name, home === "app2" ? "lost" : "survived", home === "app2" ? inMemory : untouched);
    else told.predicts(name, "survived", outside);
  told.injects("kill", "app2").isReborn("app2");
  for (const { name, home, isFlickering, isInMemory } of people)
    if (home === "app2" && !isFlickering) {
      told.isSentTo(name, "app3");
      told.reads(name, isInMemory ? "anonymous" : "me");
    }
  told.heals("kill", "app2").settles();
  for (const { name, home, isFlickering, isInMemory } of people)
    told.checksIn(name, isInMemory && (isFlickering || home === "app2") ? "anonymous" : "me");
  return told.ends();
}

/** All Redis servers are killed; only what was persisted is known when they are back. */
function redisCrash(): Story {
  const architectures = ["cookie.memory", "cookie.redis", "cookie.redis-rdb", "cookie.redis-aof"];
  const servers = ["redis", "redis-rdb", "redis-aof"];
  const told = story({
    architectures,
    usersPerArchitecture: 1,
    scenario: {
      id: "redis-crash",
      title: "Redis dies without warning (SIGKILL)",
      question: "Redis gets SIGKILL and is started again. Who is still logged in?",
      next: { scenario: "redis-restart", toSee: "how much a polite stop saves" },
    },
  });
  for (const architecture of architectures) told.comesIn(architecture, "app1", { architecture });
  for (const server of servers) told.storeSeen("before-fault", server, { runId: "1a2b3c4d5e6f", keys: 1 });
  told
    .predicts("cookie.memory", "survived", "the session does not live in Redis: this is the control")
    .predicts("cookie.redis", "lost", "without persistence everything was in the memory of the process that died")
    .predicts("cookie.redis-rdb", ["lost", "rolled-back"], "theory cannot say which writes the snapshot holds")
    .predicts("cookie.redis-aof", "survived", "Redis had written everything to the append-only file");
  for (const server of servers) told.injects("kill", server);
  for (const architecture of architectures.slice(1))
    told.reads(architecture, "store-unreachable", { status: 503, reason: "503 store-unreachable" });
  for (const server of servers) told.heals("kill", server);
  told
    .storeSeen("settled", "redis", { runId: "9f8e7d6c5b4a", keys: 0 })
    .storeSeen("settled", "redis-rdb", { runId: "8e7d6c5b4a39", keys: 1 })
    .storeSeen("settled", "redis-aof", { runId: "7d6c5b4a3928", keys: 1 })
    .settles();
  return told
    .checksIn("cookie.memory", "me")
    .checksIn("cookie.redis", "anonymous")
    .checksIn("cookie.redis-rdb", "me", { cart: [], cartVersion: 1 })
    .checksIn("cookie.redis-aof", "me")
    .ends();
}

/** The counts are as predicted; the sessions are not. */
function theoryWasWrong(): Story {
  return story()
    .comesIn("ada", "app1")
    .comesIn("bob", "app2")
    .comesIn("cyd", "app3")
    .predicts("ada", "survived", untouched)
    .predicts("bob", "lost", inMemory)
    .predicts("cyd", "survived", untouched)
    .injects("kill", "app2")
    .heals("kill", "app2")
    .settles()
    .checksIn("ada", "anonymous")
    .checksIn("bob", "me")
    .checksIn("cyd", "me")
    .ends();
}

/** The fault was aimed at app2 and hit nothing. */
function faultMissed(): Story {
  return story()
    .comesIn("ada", "app1")
    .comesIn("bob", "app2")
    .predicts("ada", "survived", untouched)
    .predicts("bob", "lost", inMemory)
    .fault("kill", "app2", "injecting")
    .fault("kill", "app2", "injected")
    .fault("kill", "app2", "unconfirmed", [
      { source: "engine", shows: false, says: "app2 is running since 2026-11-21T08:59:58Z" },
      { source: "felt", shows: false, says: "app2 still answers" },
    ])
    .phase("fault")
    .heals("kill", "app2")
    .settles()
    .checksIn("ada", "me")
    .checksIn("bob", "me")
    .ends();
}

/** One user for each fate, named after it; app2 freezes, everybody but the survivor lives there. */
function everyFate(): Story {
  const homes = {
    survived: "app1",
    crossed: "app2",
    "not-judged": "app2",
    unreachable: "app2",
    unstable: "app2",
    orphaned: "app2",
    lost: "app2",
    degraded: "app2",
    resurrected: "app2",
    "rolled-back": "app2",
  };
  const told = story({ usersPerArchitecture: 10 });
  for (const [user, home] of Object.entries(homes)) {
    if (user === "not-judged") told.enters(user).logsIn(user, home).adds(user, "book").reads(user, "me");
    else told.comesIn(user, home);
    told.predicts(user, user, `theory names ${user}`);
  }
  told.logsOut("resurrected").injects("freeze", "app2");
  told.reads("survived", "none", { reason: "no answer within 5000 ms" }).reads("survived", "me");
  return told
    .heals("freeze", "app2")
    .settles()
    .checksIn("survived", "me")
    .checksIn("crossed", "me")
    .reads("crossed", "someone-else", { connection: "fresh" })
    .checksIn("not-judged", "me")
    .checksIn("unreachable", "none", { reason: "no answer within 5000 ms" })
    .checksIn("unstable", "me")
    .reads("unstable", "anonymous", { connection: "fresh", server: "app3" })
    .isSentTo("orphaned", "app3")
    .checksIn("orphaned", "anonymous", { pinned: "me" })
    .checksIn("lost", "anonymous")
    .checksIn("degraded", "me", { degraded: true, cart: [] })
    .checksIn("resurrected", "me")
    .checksIn("rolled-back", "me", { cart: [] })
    .ends();
}

/** What theory knows of two policies: one goes by arithmetic, one by what the browser brings. */
const policies = {
  "ip-hash": { afterFailover: "returns", keptIn: "address" },
  cookie: { afterFailover: "stays", keptIn: "browser" },
} as const;

/** app2 is taken away before anybody comes, and returns: by arithmetic bob belongs there. */
function serverReturn(): Story {
  const told = story({
    architectures: ["ip-hash.memory", "cookie.memory"],
    policies,
    usersPerArchitecture: 2,
    scenario: { id: "server-return", title: "A server comes back", question: "app2 is back. Who is still logged in?" },
  }).takesAway("app2");
  for (const architecture of ["ip-hash.memory", "cookie.memory"])
    told
      .comesIn(`ann/${architecture}`, "app1", { architecture, seat: "app1" })
      .comesIn(`bob/${architecture}`, "app3", { architecture, seat: "app2" });
  for (const architecture of ["ip-hash.memory", "cookie.memory"])
    told
      .predicts(`ann/${architecture}`, "survived", untouched)
      .predicts(`bob/${architecture}`, architecture === "cookie.memory" ? "survived" : "orphaned", "affinity says so");
  return told
    .injects("return", "app2")
    .isSentTo("bob/ip-hash.memory", "app2")
    .reads("bob/ip-hash.memory", "anonymous")
    .settles()
    .checksIn("ann/ip-hash.memory", "me")
    .checksIn("bob/ip-hash.memory", "anonymous", { pinned: "me" })
    .checksIn("ann/cookie.memory", "me")
    .checksIn("bob/cookie.memory", "me")
    .heals("return", "app2")
    .settles()
    .checksIn("ann/ip-hash.memory", "me")
    .checksIn("bob/ip-hash.memory", "anonymous", { pinned: "me" })
    .checksIn("ann/cookie.memory", "me")
    .checksIn("bob/cookie.memory", "me")
    .ends();
}

/** app4 joins: whom arithmetic places is placed anew, whom a cookie binds stays. */
function scaleOut(): Story {
  const told = story({
    architectures: ["ip-hash.memory", "cookie.memory"],
    policies,
    spares: ["app4"],
    usersPerArchitecture: 2,
    scenario: { id: "scale-out", title: "A server joins", question: "app4 joins. Who is still logged in?" },
  });
  for (const architecture of ["ip-hash.memory", "cookie.memory"])
    told
      .comesIn(`ann/${architecture}`, "app1", { architecture, seat: "app1" })
      .comesIn(`bob/${architecture}`, "app2", { architecture, seat: "app2" });
  for (const architecture of ["ip-hash.memory", "cookie.memory"])
    told
      .predicts(`ann/${architecture}`, "survived", untouched)
      .predicts(`bob/${architecture}`, architecture === "cookie.memory" ? "survived" : "orphaned", "affinity says so");
  return told
    .injects("join", "app4")
    .isSentTo("bob/ip-hash.memory", "app4")
    .reads("bob/ip-hash.memory", "anonymous")
    .settles()
    .checksIn("ann/ip-hash.memory", "me")
    .checksIn("bob/ip-hash.memory", "anonymous", { pinned: "me" })
    .checksIn("ann/cookie.memory", "me")
    .checksIn("bob/cookie.memory", "me")
    .heals("join", "app4")
    .ends();
}

/** The balancer is another process; what it had learnt of one policy's browsers was in its memory. */
function balancerRestart(): Story {
  const told = story({
    architectures: ["learned.memory", "cookie.memory"],
    policies: {
      learned: { affinity: "cookie", afterFailover: "stays", keptIn: "balancer-memory" },
      cookie: policies.cookie,
    },
    usersPerArchitecture: 1,
    scenario: { id: "balancer-restart", title: "The balancer restarts", question: "Who is still logged in?" },
  });
  return told
    .comesIn("ann", "app1", { architecture: "learned.memory", seat: "app1" })
    .comesIn("bob", "app2", { architecture: "cookie.memory", seat: "app2" })
    .predicts("ann", "unstable", "the balancer forgot who belongs where")
    .predicts("bob", "survived", "the browser brings what leads it back")
    .injects("restart", "nginx")
    .reads("ann", "anonymous", { server: "app3" })
    .heals("restart", "nginx")
    .settles()
    .checksIn("ann", "me")
    .reads("ann", "anonymous", { server: "app3", connection: "fresh" })
    .checksIn("bob", "me")
    .ends();
}

/** Redis is told to keep an append-only file, and reads that when it is started, empty as it is. */
function redisAofLate(): Story {
  return story({
    architectures: ["cookie.redis", "cookie.memory"],
    usersPerArchitecture: 1,
    scenario: { id: "redis-aof-late", title: "Append-only, too late", question: "Who is still logged in?" },
  })
    .comesIn("ann", "app1", { architecture: "cookie.redis" })
    .comesIn("bob", "app2", { architecture: "cookie.memory" })
    .storeSeen("before-fault", "redis", { runId: "1a2b3c4d5e6f", keys: 1 })
    .predicts("ann", "lost", "the new file is empty")
    .predicts("bob", "survived", outside)
    .injects("aof-at-restart", "redis")
    .reads("ann", "anonymous")
    .heals("aof-at-restart", "redis")
    .storeSeen("settled", "redis", { runId: "9f8e7d6c5b4a", keys: 0 })
    .settles()
    .checksIn("ann", "anonymous")
    .checksIn("bob", "me")
    .ends();
}
