import { describe, expect, test } from "vitest";
import { type Story, story } from "./golden/history-builder.ts";
import { architectureIn, crashAndRepair, predictCrash, threeUsers } from "./golden/judging.ts";

const unattributed = { cause: "unattributed", evidence: "no rule of evidence fits" };

async function causesIn(told: Story, architecture?: string) {
  const { causes } = await architectureIn(told.ends(), architecture);
  return causes;
}

/** ada and cyd are well; what became of bob is up to the test. */
function onlyBobIsHarmed(told: Story): Story {
  return told.checksIn("ada", "me").checksIn("cyd", "me");
}

test("a session that survived, or was not judged, needs no cause", async () => {
  const told = onlyBobIsHarmed(crashAndRepair(predictCrash(threeUsers()))).checksIn("bob", "anonymous", {
    pinned: "none",
  });
  expect(await causesIn(told)).toEqual([]);
});

describe("foreign-session", () => {
  test("is the cause of a crossing, and names the server that answered", async () => {
    const told = crashAndRepair(predictCrash(threeUsers().reads("bob", "someone-else", { server: "app3" })));
    expect(await causesIn(onlyBobIsHarmed(told).checksIn("bob", "me"))).toEqual([
      { cause: "foreign-session", fate: "crossed", sessions: 1, evidence: "app3 answered with another user's session" },
    ]);
  });
});

describe("no-affinity", () => {
  const flickering = (told: Story) => onlyBobIsHarmed(crashAndRepair(predictCrash(told))).checksIn("bob", "me");

  test("is the cause of a flicker when only the app server of the login knew the session", async () => {
    expect(await causesIn(flickering(threeUsers().reads("bob", "anonymous", { server: "app1" })))).toEqual([
      {
        cause: "no-affinity",
        fate: "unstable",
        sessions: 1,
        evidence:
          "even without a fault, only the app server of the login knew the session; others, asked by the same browser, did not",
      },
    ]);
  });

  test("is not when the app server of the login did not know the session either", async () => {
    expect(await causesIn(flickering(threeUsers().reads("bob", "anonymous")))).toMatchObject([unattributed]);
  });

  test("is not when another app server knew the session, too", async () => {
    const told = threeUsers().reads("bob", "anonymous", { server: "app1" }).reads("bob", "me", { server: "app3" });
    expect(await causesIn(flickering(told))).toMatchObject([unattributed]);
  });

  test("is not when nothing flickered before the fault", async () => {
    const told = onlyBobIsHarmed(crashAndRepair(predictCrash(threeUsers()))).checksIn("bob", "me");
    told.reads("bob", "anonymous", { server: "app1", connection: "fresh" });
    expect(await causesIn(told)).toMatchObject([{ ...unattributed, fate: "unstable" }]);
  });
});

describe("process-memory-died", () => {
  const bobIsLost = (told: Story) => onlyBobIsHarmed(told).checksIn("bob", "anonymous");

  test("is the cause of a loss when the app server of the login is another process now", async () => {
    expect(await causesIn(bobIsLost(crashAndRepair(predictCrash(threeUsers()))))).toEqual([
      {
        cause: "process-memory-died",
        fate: "lost",
        sessions: 1,
        evidence: "app2 is another process now: boot 1st-app2 became 2nd-app2",
      },
    ]);
  });

  test("is not when that app server still is the same process", async () => {
    const told = predictCrash(threeUsers()).injects("kill", "app2").heals("kill", "app2").settles();
    expect(await causesIn(bobIsLost(told))).toMatchObject([unattributed]);
  });

  test("is not when the session did not live in an app server", async () => {
    const told = crashAndRepair(predictCrash(threeUsers("cookie.jwt")));
    expect(await causesIn(bobIsLost(told), "cookie.jwt")).toMatchObject([unattributed]);
  });

  test("is not when an untouched session of the same architecture was lost, too", async () => {
    const told = crashAndRepair(predictCrash(threeUsers())).checksIn("ada", "anonymous").checksIn("cyd", "me");
    expect(await causesIn(told.checksIn("bob", "anonymous"))).toMatchObject([{ ...unattributed, sessions: 2 }]);
  });

  test("is one where the only untouched session is a control that was added, whatever happens elsewhere", async () => {
    const told = story({ architectures: ["cookie.memory", "cookie.redis"] })
      .comesIn("bob", "app2")
      .comesIn("ada", "app1", { role: "control" })
      .comesIn("eve", "app1", { architecture: "cookie.redis" });
    crashAndRepair(told).checksIn("ada", "me").checksIn("bob", "anonymous").checksIn("eve", "anonymous");
    expect(await causesIn(told)).toMatchObject([{ cause: "process-memory-died" }]);
  });

  test("is not when the user was anonymous before the fault was injected", async () => {
    const told = predictCrash(threeUsers()).phase("fault").reads("bob", "anonymous");
    expect(await causesIn(bobIsLost(crashAndRepair(told)))).toMatchObject([unattributed]);
  });

  test("is not when the fault was aimed at something else: that was somebody else's doing, and is not judged", async () => {
    const told = predictCrash(threeUsers()).injects("kill", "app3").heals("kill", "app3").isReborn("app2").settles();
    expect(await causesIn(bobIsLost(told))).toEqual([]);
  });

  test("is not when the fault that touched the session came later than another one", async () => {
    const told = predictCrash(threeUsers()).injects("kill", "app3").reads("bob", "anonymous").injects("kill", "app2");
    told.heals("kill", "app2").heals("kill", "app3").isReborn("app2").isReborn("app3").settles();
    told.checksIn("ada", "me").checksIn("bob", "anonymous").checksIn("cyd", "anonymous");
    expect((await causesIn(told)).map(({ cause }) => cause)).toEqual(["unattributed", "process-memory-died"]);
  });

  test("names each app server that died", async () => {
    const told = predictCrash(threeUsers().comesIn("dan", "app3").predicts("dan", "lost")).injects("kill", "app2");
    told
      .injects("kill", "app3")
      .heals("kill", "app3")
      .heals("kill", "app2")
      .isReborn("app2")
      .isReborn("app3")
      .settles();
    told.checksIn("ada", "me").checksIn("bob", "anonymous").checksIn("cyd", "anonymous").checksIn("dan", "anonymous");
    expect((await causesIn(told)).map(({ sessions, evidence }) => `${sessions}: ${evidence}`)).toEqual([
      "1: app2 is another process now: boot 1st-app2 became 2nd-app2",
      "2: app3 is another process now: boot 1st-app3 became 2nd-app3",
    ]);
  });
});

describe("store-restarted-without-it", () => {
  const before = { runId: "1a2b3c4d5e6f", keys: 2 };
  const after = { runId: "9f8e7d6c5b4a", keys: 0 };

  /** bob's session is in Redis, ada's in the memory of app1, untouched. */
  function redisIsKilled({
    seenBefore = before,
    seenAfter = after,
  }: {
    seenBefore?: typeof before;
    seenAfter?: typeof after;
  } = {}) {
    return story({ architectures: ["cookie.redis", "cookie.memory"] })
      .comesIn("ada", "app1")
      .comesIn("bob", "app2", { architecture: "cookie.redis" })
      .storeSeen("before-fault", "redis", seenBefore)
      .predicts("ada", "survived")
      .predicts("bob", "lost")
      .injects("kill", "redis")
      .heals("kill", "redis")
      .storeSeen("settled", "redis", seenAfter)
      .settles();
  }

  test("is the cause of a loss when Redis is another process now and does not know the cookie", async () => {
    expect(await causesIn(redisIsKilled().checksIn("ada", "me").checksIn("bob", "anonymous"), "cookie.redis")).toEqual([
      {
        cause: "store-restarted-without-it",
        fate: "lost",
        sessions: 1,
        evidence:
          "redis is another process now: run_id 1a2b3c4d became 9f8e7d6c, keys 2 became 0; its cookie is unknown there",
      },
    ]);
  });

  test("is the cause of a rollback: an older state came back", async () => {
    const told = redisIsKilled().checksIn("ada", "me").checksIn("bob", "me", { cart: [], cartVersion: 1 });
    expect(await causesIn(told, "cookie.redis")).toMatchObject([
      {
        cause: "store-restarted-without-it",
        fate: "rolled-back",
        evidence: expect.stringContaining("an older state came back"),
      },
    ]);
  });

  test("is the cause of a resurrection: the state before the logout came back", async () => {
    const told = story({ architectures: ["cookie.redis", "cookie.memory"] })
      .comesIn("ada", "app1")
      .comesIn("bob", "app2", { architecture: "cookie.redis" })
      .logsOut("bob")
      .storeSeen("before-fault", "redis", before)
      .injects("kill", "redis")
      .heals("kill", "redis")
      .storeSeen("settled", "redis", after)
      .settles();
    expect(await causesIn(told.checksIn("ada", "me").checksIn("bob", "me"), "cookie.redis")).toMatchObject([
      { cause: "store-restarted-without-it", fate: "resurrected" },
    ]);
  });

  test("is not when Redis still is the same process", async () => {
    const told = redisIsKilled({ seenAfter: before }).checksIn("ada", "me").checksIn("bob", "anonymous");
    expect(await causesIn(told, "cookie.redis")).toMatchObject([unattributed]);
  });

  test("is not when nobody looked at Redis before the fault", async () => {
    const told = redisIsKilled().checksIn("ada", "me").checksIn("bob", "anonymous");
    const unseen = told.events.filter((event) => event.type !== "store-seen" || event.when === "settled");
    told.events.splice(0, told.events.length, ...unseen);
    expect(await causesIn(told, "cookie.redis")).toMatchObject([unattributed]);
  });

  test("is not when an untouched session of another architecture was lost, too", async () => {
    const told = redisIsKilled().checksIn("ada", "anonymous").checksIn("bob", "anonymous");
    expect(await causesIn(told, "cookie.redis")).toMatchObject([unattributed]);
  });
});

describe("append-only-file-was-new", () => {
  /** bob's session is in Redis, ada's in the memory of app1, untouched. */
  function restarted(kind: string, { runId = "9f8e7d6c5b4a", keys = 0 } = {}) {
    return story({ architectures: ["cookie.redis-rdb", "cookie.memory"] })
      .comesIn("ada", "app1")
      .comesIn("bob", "app2", { architecture: "cookie.redis-rdb" })
      .storeSeen("before-fault", "redis-rdb", { runId: "1a2b3c4d5e6f", keys: 2 })
      .predicts("ada", "survived")
      .predicts("bob", "lost")
      .injects(kind, "redis-rdb")
      .heals(kind, "redis-rdb")
      .storeSeen("settled", "redis-rdb", { runId, keys })
      .settles()
      .checksIn("ada", "me")
      .checksIn("bob", "anonymous");
  }

  test("is the cause of a loss when Redis was restarted with AOF for the first time and then holds less", async () => {
    expect(await causesIn(restarted("aof-at-restart"), "cookie.redis-rdb")).toEqual([
      {
        cause: "append-only-file-was-new",
        fate: "lost",
        sessions: 1,
        evidence:
          "redis-rdb was started with an append-only file for the first time and read nothing else: keys 2 became 0",
      },
    ]);
  });

  test("is not when the restart had nothing to do with AOF", async () => {
    const causes = await causesIn(restarted("restart"), "cookie.redis-rdb");
    expect(causes).toMatchObject([{ cause: "store-restarted-without-it" }]);
  });

  test("is not when Redis holds no less than before", async () => {
    const causes = await causesIn(restarted("aof-at-restart", { keys: 2 }), "cookie.redis-rdb");
    expect(causes).toMatchObject([{ cause: "store-restarted-without-it" }]);
  });

  test("is not when Redis still is the same process", async () => {
    const told = restarted("aof-at-restart", { runId: "1a2b3c4d5e6f" });
    expect(await causesIn(told, "cookie.redis-rdb")).toMatchObject([unattributed]);
  });
});

describe("evicted", () => {
  function full({ runId = "1a2b3c4d5e6f", evicted = 40, ada = "me" as "me" | "anonymous" } = {}) {
    return story({ architectures: ["cookie.redis", "cookie.memory"] })
      .comesIn("ada", "app1")
      .comesIn("bob", "app2", { architecture: "cookie.redis" })
      .storeSeen("before-fault", "redis", { runId: "1a2b3c4d5e6f", evicted: 7 })
      .predicts("ada", "survived")
      .predicts("bob", "lost")
      .injects("evict", "redis")
      .heals("evict", "redis")
      .storeSeen("settled", "redis", { runId, evicted })
      .settles()
      .checksIn("ada", ada)
      .checksIn("bob", "anonymous");
  }

  test("is the cause of a loss when the same Redis removed keys for want of memory", async () => {
    expect(await causesIn(full(), "cookie.redis")).toEqual([
      {
        cause: "evicted",
        fate: "lost",
        sessions: 1,
        evidence: "redis is the same process, but removed 33 keys for want of memory; its cookie is unknown there",
      },
    ]);
  });

  test("is not when it removed none", async () => {
    expect(await causesIn(full({ evicted: 7 }), "cookie.redis")).toMatchObject([unattributed]);
  });

  test("is not when Redis is another process now", async () => {
    const causes = await causesIn(full({ runId: "9f8e7d6c5b4a" }), "cookie.redis");
    expect(causes).toMatchObject([{ cause: "store-restarted-without-it" }]);
  });

  test("is not when an untouched session was lost, too", async () => {
    expect(await causesIn(full({ ada: "anonymous" }), "cookie.redis")).toMatchObject([unattributed]);
  });
});

describe("idle-for-too-long", () => {
  function idles({ waitMs = 6_000, idleMs = 5_000 as number | null, buys = false } = {}) {
    const told = story().comesIn("ada", "app1").comesIn("cyd", "app3");
    told.comesIn("bob", "app2", idleMs === null ? {} : { idleMs });
    told
      .predicts("ada", "survived")
      .predicts("bob", "lost")
      .predicts("cyd", "survived")
      .waits(buys ? 3_000 : waitMs);
    if (buys) told.phase("fault").adds("bob", "pen").waits(3_000);
    return onlyBobIsHarmed(told.phase("final")).checksIn("bob", "anonymous");
  }

  test("is the cause of a loss after the time that the login asked for", async () => {
    expect(await causesIn(idles())).toEqual([
      {
        cause: "idle-for-too-long",
        fate: "lost",
        sessions: 1,
        evidence: "nobody used it for more than the 5 s that its login asked for, and until then it was there",
      },
    ]);
  });

  test("is not when the session was gone before its time", async () => {
    expect(await causesIn(idles({ waitMs: 2_000 }))).toMatchObject([unattributed]);
  });

  test("is not when the session was used meanwhile", async () => {
    expect(await causesIn(idles({ buys: true }))).toMatchObject([unattributed]);
  });

  test("is not when the login asked for nothing", async () => {
    expect(await causesIn(idles({ idleMs: null }))).toMatchObject([unattributed]);
  });

  test("is not when a fault touched the session", async () => {
    const told = story().comesIn("ada", "app1").comesIn("cyd", "app3").comesIn("bob", "app2", { idleMs: 5_000 });
    const crashed = crashAndRepair(predictCrash(told).waits(6_000));
    expect(await causesIn(onlyBobIsHarmed(crashed).checksIn("bob", "anonymous"))).toMatchObject([
      { cause: "process-memory-died" },
    ]);
  });
});

test("final reads that go on past the idle end of a session in use judge nothing: inconclusive, not refuted", async () => {
  const told = story().comesIn("ada", "app1").comesIn("bob", "app2", { idleMs: 5_000 }).comesIn("cyd", "app3");
  told.predicts("ada", "survived").predicts("bob", "survived").predicts("cyd", "survived").waits(4_000).phase("final");
  told.reads("bob", "me", { connection: "fresh" }).waits(2_000);
  onlyBobIsHarmed(told).checksIn("bob", "anonymous");
  expect(await architectureIn(told.ends())).toMatchObject({
    verdict: "inconclusive",
    fates: { survived: 2, "not-judged": 1 },
  });
});

test.each<[when: string, tell: (told: Story) => Story]>([
  ["in the baseline", (told) => told.waits(6_000).reads("bob", "anonymous").phase("fault")],
  [
    "when its user went on shopping",
    (told) => told.phase("fault").waits(6_000).operation("bob", "add-item", "anonymous", { item: "pen" }),
  ],
  ["at the first final read of a regular", (told) => told.phase("fault").adds("bob", "pen").waits(6_000)],
])("a session that was asked for again only after its idle end, %s, is not judged", async (_, tell) => {
  const told = story().comesIn("ada", "app1").comesIn("cyd", "app3").comesIn("bob", "app2", { idleMs: 5_000 });
  told.predicts("ada", "survived").predicts("bob", "survived").predicts("cyd", "survived");
  onlyBobIsHarmed(tell(told).phase("final")).checksIn("bob", "anonymous");
  const { verdict, fates, reasons } = await architectureIn(told.ends());
  expect({ verdict, fates }).toEqual({ verdict: "inconclusive", fates: { survived: 2, "not-judged": 1 } });
  expect(reasons.join()).toContain("too slow");
});

test("a session that flickers when nothing is broken is judged by the answers that came in time, whatever came too late", async () => {
  const told = story({ architectures: ["round-robin.memory"] });
  told.comesIn("bob", "app2", { architecture: "round-robin.memory", idleMs: 5_000 });
  told.reads("bob", "anonymous", { server: "app3" }).waits(6_000).reads("bob", "anonymous").predicts("bob", "unstable");
  told.phase("fault").operation("bob", "add-item", "anonymous", { item: "pen" });
  told.phase("final").checksIn("bob", "anonymous");
  const { verdict, fates } = await architectureIn(told.ends(), "round-robin.memory");
  expect({ verdict, fates }).toEqual({ verdict: "confirmed", fates: { unstable: 1 } });
});

test("one that seems to flicker only in answers that came too late is not judged", async () => {
  const told = story().comesIn("bob", "app2", { idleMs: 5_000 }).waits(6_000);
  told.reads("bob", "anonymous").predicts("bob", "survived").phase("final").checksIn("bob", "anonymous");
  expect(await architectureIn(told.ends())).toMatchObject({ verdict: "inconclusive", fates: { "not-judged": 1 } });
});

test("a purchase that was acknowledged after the idle end shows a session that is in use: what becomes of it is judged", async () => {
  const told = story().comesIn("bob", "app2", { idleMs: 5_000 }).predicts("bob", "survived").phase("fault");
  told.waits(6_000).adds("bob", "pen").phase("final").checksIn("bob", "anonymous");
  expect(await architectureIn(told.ends())).toMatchObject({ verdict: "refuted", fates: { lost: 1 } });
});

describe("sent-elsewhere", () => {
  /** app2 freezes and thaws; its process and bob's session are alive all the time. */
  const thawed = () =>
    predictCrash(threeUsers(), "orphaned").injects("freeze", "app2").heals("freeze", "app2").settles();

  test("is the cause of an orphan when the old server knows the session and the balancer leads elsewhere", async () => {
    const told = onlyBobIsHarmed(thawed()).isSentTo("bob", "app3").checksIn("bob", "anonymous", { pinned: "me" });
    expect(await causesIn(told)).toEqual([
      {
        cause: "sent-elsewhere",
        fate: "orphaned",
        sessions: 1,
        evidence: "app2 still knows the session, but the balancer sends this browser to app3",
      },
    ]);
  });

  test("is not when the balancer leads to the old server after all", async () => {
    const told = onlyBobIsHarmed(thawed()).checksIn("bob", "anonymous", { pinned: "me" });
    expect(await causesIn(told)).toMatchObject([unattributed]);
  });

  test("is not when it was another server that knew the session", async () => {
    const told = onlyBobIsHarmed(thawed())
      .isSentTo("bob", "app3")
      .reads("bob", "anonymous", { connection: "fresh", times: 3 });
    told
      .reads("bob", "me", { jar: "pinned", server: "app1" })
      .reads("bob", "anonymous", { jar: "home", server: "app2" });
    expect(await causesIn(told)).toMatchObject([unattributed]);
  });
});

describe("an unreachable session", () => {
  const bobGetsNoAnswer = (answer: "store-unreachable" | "none", reason: string) =>
    onlyBobIsHarmed(crashAndRepair(predictCrash(threeUsers(), "unreachable"))).checksIn("bob", answer, { reason });

  test("is due to its store when the app says 503", async () => {
    expect(await causesIn(bobGetsNoAnswer("store-unreachable", "503 redis does not answer"))).toEqual([
      {
        cause: "store-unreachable",
        fate: "unreachable",
        sessions: 1,
        evidence: "the app cannot reach its store: 503 redis does not answer",
      },
    ]);
  });

  test("is due to silence when requests end without an answer", async () => {
    expect(await causesIn(bobGetsNoAnswer("none", "no answer within 5000 ms"))).toEqual([
      {
        cause: "no-answer",
        fate: "unreachable",
        sessions: 1,
        evidence: "requests end without an answer: no answer within 5000 ms",
      },
    ]);
  });

  test.each(["store-unreachable", "none"] as const)(
    "is not laid to the fault when the fault did not touch it (%s)",
    async (answer) => {
      const told = predictCrash(threeUsers(), "unreachable").injects("kill", "app1").heals("kill", "app1").settles();
      expect(await causesIn(onlyBobIsHarmed(told).checksIn("bob", answer))).toMatchObject([unattributed]);
    },
  );
});

describe("failed-over-without-it", () => {
  const sentinel = "cookie.redis-sentinel";
  /** ada is a control; bob's session was on the master that died, and the copies had this much of it. */
  const failover = (copied: "all" | "some" | "none" | "unsure", { before = "redis-ha1", after = "redis-ha2" } = {}) => {
    const told = story({ architectures: [sentinel, "cookie.redis"] })
      .comesIn("ada", "app1", { architecture: "cookie.redis" })
      .comesIn("bob", "app2", { architecture: sentinel })
      .predicts("ada", "survived")
      .predicts("bob", "lost", "theory says so", { copied });
    const servers = ["redis-ha1", "redis-ha2", "redis-ha3"];
    const look = (when: "before-fault" | "settled", master: string) => {
      for (const server of servers) told.storeSeen(when, server, { role: server === master ? "master" : "slave" });
    };
    look("before-fault", before);
    told.injects("kill", "redis-ha1").reads("bob", "anonymous").heals("kill", "redis-ha1");
    look("settled", after);
    return told.settles().checksIn("ada", "me").checksIn("bob", "anonymous");
  };

  test("is the cause of a loss when another server is the master, and no replica had the session", async () => {
    expect(await causesIn(failover("none"), sentinel)).toEqual([
      {
        cause: "failed-over-without-it",
        fate: "lost",
        sessions: 1,
        evidence:
          "redis-ha1 was the master before the fault, redis-ha2 is it since; no replica had the session when the fault came",
      },
    ]);
  });

  test("is not when a replica had all of it, or nobody knows", async () => {
    for (const copied of ["all", "unsure"] as const)
      expect(await causesIn(failover(copied), sentinel)).toMatchObject([unattributed]);
  });

  test("is not when the master is still the same", async () => {
    expect(await causesIn(failover("none", { after: "redis-ha1" }), sentinel)).toMatchObject([unattributed]);
  });
});

test("what no rule explains is unattributed, never a guess", async () => {
  const told = onlyBobIsHarmed(crashAndRepair(predictCrash(threeUsers(), "degraded")));
  expect(await causesIn(told.checksIn("bob", "me", { degraded: true }))).toEqual([
    { ...unattributed, fate: "degraded", sessions: 1 },
  ]);
});
