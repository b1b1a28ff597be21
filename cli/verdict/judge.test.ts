import { describe, expect, test } from "vitest";
import { type Story, story } from "./golden/history-builder.ts";
import { architectureIn, crashAndRepair, predictCrash, resultOf, threeUsers } from "./golden/judging.ts";

/** The server crash as theory predicts it: bob, who lived on app2, is lost. */
function predictedCrash(): Story {
  return crashAndRepair(predictCrash(threeUsers()));
}

/** Final reads as theory predicts them. */
function checkInAsPredicted(told: Story): Story {
  return told.checksIn("ada", "me").checksIn("bob", "anonymous").checksIn("cyd", "me");
}

describe("a run is confirmed", () => {
  test("when each session had the fate that theory named for it, losses included", async () => {
    const result = await resultOf(checkInAsPredicted(predictedCrash()).ends());
    expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
    expect(result.architectures[0]).toMatchObject({
      verdict: "confirmed",
      reasons: [],
      sessions: 3,
      exposed: 1,
      fates: { survived: 2, lost: 1 },
      expected: { survived: 2, lost: 1 },
      mismatches: 0,
      placement: { app1: 1, app2: 1, app3: 1 },
    });
  });

  test("without a fault, when everybody stays logged in", async () => {
    const told = threeUsers().predicts("ada", "survived").predicts("bob", "survived").predicts("cyd", "survived");
    const result = await resultOf(
      told.phase("final").checksIn("ada", "me").checksIn("bob", "me").checksIn("cyd", "me").ends(),
    );
    expect(result).toMatchObject({ verdict: "confirmed", reasons: [], faults: [] });
  });

  test("without a fault, when theory says that a session will not survive and it does not", async () => {
    const told = threeUsers().predicts("ada", "survived").predicts("bob", "degraded").predicts("cyd", "survived");
    told.phase("final").checksIn("ada", "me").checksIn("bob", "me", { degraded: true }).checksIn("cyd", "me");
    expect(await resultOf(told.ends())).toMatchObject({ verdict: "confirmed" });
  });

  test("when an architecture flickers without any fault, as theory says of it, and takes no part otherwise", async () => {
    const flickering = { architecture: "round-robin.memory" };
    const told = story({ architectures: ["round-robin.memory"] });
    for (const user of ["ada", "bob", "cyd"])
      told.comesIn(user, "app2", flickering).reads(user, "anonymous", { server: "app1" }).predicts(user, "unstable");
    crashAndRepair(told);
    for (const user of ["ada", "bob", "cyd"]) told.checksIn(user, "anonymous");
    expect(await architectureIn(told.ends(), "round-robin.memory")).toMatchObject({
      verdict: "confirmed",
      fates: { unstable: 3 },
      expected: { unstable: 3 },
    });
  });

  test.each(["anonymous", "me"] as const)(
    "when theory leaves two fates open and one of them happens (%s)",
    async (answer) => {
      const told = crashAndRepair(predictCrash(threeUsers(), ["lost", "survived"]));
      told.checksIn("ada", "me").checksIn("bob", answer).checksIn("cyd", "me").ends();
      const { verdict, fates, expected } = await architectureIn(told);
      expect(verdict).toBe("confirmed");
      expect(expected).toEqual(fates);
    },
  );

  test("though a session has nothing in its cart, as long as others have", async () => {
    const told = threeUsers().enters("dan").logsIn("dan", "app1").reads("dan", "me", { times: 2 });
    told.reads("dan", "me", { connection: "fresh" }).predicts("dan", "survived");
    const result = await resultOf(
      checkInAsPredicted(crashAndRepair(predictCrash(told)))
        .checksIn("dan", "me")
        .ends(),
    );
    expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
  });

  test("though another architecture flickers: what flickers without a fault is no control", async () => {
    const told = story({ architectures: ["cookie.redis", "cookie.memory", "round-robin.memory"] })
      .comesIn("ada", "app1", { architecture: "cookie.redis" })
      .comesIn("bob", "app2", { architecture: "cookie.memory" })
      .comesIn("cyd", "app3", { architecture: "round-robin.memory" })
      .reads("cyd", "anonymous", { server: "app1" })
      .predicts("ada", "lost")
      .predicts("bob", "survived")
      .predicts("cyd", "unstable")
      .injects("kill", "redis")
      .heals("kill", "redis")
      .settles();
    told.checksIn("ada", "anonymous").checksIn("bob", "me").checksIn("cyd", "anonymous");
    expect(await resultOf(told.ends())).toMatchObject({ verdict: "confirmed", reasons: [] });
  });

  test("when the fault touches a whole architecture and the untouched sessions of the others survive", async () => {
    const told = story({ architectures: ["cookie.redis", "cookie.memory"] })
      .comesIn("ada", "app1", { architecture: "cookie.redis" })
      .comesIn("bob", "app2", { architecture: "cookie.memory" })
      .predicts("ada", "lost")
      .predicts("bob", "survived")
      .injects("kill", "redis")
      .heals("kill", "redis")
      .settles();
    const result = await resultOf(told.checksIn("ada", "anonymous").checksIn("bob", "me").ends());
    expect(result.architectures.map(({ id, verdict, reasons }) => ({ id, verdict, reasons }))).toEqual([
      { id: "cookie.redis", verdict: "confirmed", reasons: [] },
      { id: "cookie.memory", verdict: "confirmed", reasons: [] },
    ]);
  });
});

describe("a run is refuted", () => {
  test("when one session has another fate than predicted", async () => {
    const told = predictedCrash().checksIn("ada", "me").checksIn("bob", "me").checksIn("cyd", "me").ends();
    expect(await resultOf(told)).toMatchObject({
      verdict: "refuted",
      reasons: [
        "cookie.memory refuted: 1 session not as expected, e.g. bob (home app2): expected lost, observed survived",
      ],
    });
  });

  test("when two mismatches cancel out in the counts", async () => {
    const told = predictedCrash().checksIn("ada", "anonymous").checksIn("bob", "me").checksIn("cyd", "me").ends();
    expect(await architectureIn(told)).toMatchObject({
      verdict: "refuted",
      fates: { survived: 2, lost: 1 },
      expected: { survived: 2, lost: 1 },
      mismatches: 2,
      mismatchExamples: [
        "ada (home app1): expected survived, observed lost",
        "bob (home app2): expected lost, observed survived",
      ],
    });
  });

  test("when a session that the fault did not touch is harmed, even if the scenario expected that", async () => {
    const told = threeUsers().predicts("ada", "lost").predicts("bob", "lost").predicts("cyd", "survived");
    const { verdict, mismatchExamples } = await architectureIn(checkInAsHarmed(crashAndRepair(told)).ends());
    expect(verdict).toBe("refuted");
    expect(mismatchExamples).toEqual(["ada (home app1): expected lost, observed lost"]);
  });

  test("when none of the fates that theory left open happens", async () => {
    const told = crashAndRepair(predictCrash(threeUsers(), ["lost", "rolled-back"]));
    told.checksIn("ada", "me").checksIn("bob", "me").checksIn("cyd", "me").ends();
    const { verdict, expected, mismatchExamples } = await architectureIn(told);
    expect({ verdict, expected, mismatchExamples }).toEqual({
      verdict: "refuted",
      expected: { survived: 2, lost: 1 },
      mismatchExamples: ["bob (home app2): expected lost or rolled-back, observed survived"],
    });
  });

  test("when a control is not as predicted, though controls are not counted among the sessions", async () => {
    const told = threeUsers().comesIn("dan", "app3", { role: "control" }).predicts("dan", "survived");
    const crashed = checkInAsPredicted(crashAndRepair(predictCrash(told)))
      .checksIn("dan", "anonymous")
      .ends();
    expect(await architectureIn(crashed)).toMatchObject({
      verdict: "refuted",
      sessions: 3,
      fates: { survived: 2, lost: 1 },
      mismatches: 1,
      mismatchExamples: ["dan (home app3): expected survived, observed lost"],
    });
  });

  test("when one answer in thousands shows somebody else's session", async () => {
    const told = predictCrash(threeUsers()).reads("ada", "me", { times: 2_500 }).reads("ada", "someone-else");
    told.reads("ada", "me", { times: 2_500 });
    const result = await resultOf(checkInAsPredicted(crashAndRepair(told)).ends());
    expect(result.verdict).toBe("refuted");
    expect(result.architectures[0]).toMatchObject({ fates: { crossed: 1, survived: 1, lost: 1 }, mismatches: 1 });
  });

  test("when a session is crossed, even if the run was cut short and the scenario expected nothing", async () => {
    const result = await resultOf(
      threeUsers().reads("bob", "someone-else").ends({ complete: false, reason: "Ctrl-C" }),
    );
    expect(result.verdict).toBe("refuted");
    expect(result.architectures[0]?.mismatchExamples).toEqual(["bob (home app2): expected nothing, observed crossed"]);
  });

  test.each(["canary", "stranger"] as const)("when only a %s is shown somebody else's session", async (role) => {
    const told = predictedCrash().enters("pip", { role }).logsIn("pip", "app1").reads("pip", "someone-else");
    const result = await resultOf(checkInAsPredicted(told).ends());
    expect(result).toMatchObject({ verdict: "refuted", reasons: ["pip was shown another user's session"] });
    expect(result.architectures[0]).toMatchObject({ verdict: "confirmed", sessions: 3 });
  });

  test("by one architecture, whatever the others and the doubts say", async () => {
    const told = story({ architectures: ["cookie.memory", "cookie.redis"] })
      .comesIn("ada", "app1")
      .comesIn("bob", "app2")
      .predicts("ada", "survived")
      .predicts("bob", "lost");
    crashAndRepair(told).checksIn("ada", "me").checksIn("bob", "me");
    const result = await resultOf(told.ends());
    expect(result.architectures.map(({ verdict }) => verdict)).toEqual(["refuted", "inconclusive"]);
    expect(result.verdict).toBe("refuted");
  });
});

describe("a run is inconclusive", () => {
  /** Verdict and reasons of the run, for a story that would be confirmed but for one thing. */
  async function verdictOn(told: Story) {
    const { verdict, reasons } = await resultOf(told);
    return { verdict, reasons };
  }

  test("when no session was exposed to the fault", async () => {
    const told = story()
      .comesIn("ada", "app1")
      .comesIn("cyd", "app3")
      .predicts("ada", "survived")
      .predicts("cyd", "survived");
    crashAndRepair(told).checksIn("ada", "me").checksIn("cyd", "me");
    expect(await verdictOn(told.ends())).toEqual({
      verdict: "inconclusive",
      reasons: ["nothing was tested: no session was exposed to kill app2"],
    });
  });

  test("when the fault was aimed at what no session depends on, however well everybody is", async () => {
    for (const target of ["redis", "app4", "sentinel1"]) {
      const told = threeUsers().predicts("ada", "survived").predicts("bob", "survived").predicts("cyd", "survived");
      told.injects("kill", target).heals("kill", target).settles();
      told.checksIn("ada", "me").checksIn("bob", "me").checksIn("cyd", "me");
      expect(await verdictOn(told.ends())).toEqual({
        verdict: "inconclusive",
        reasons: [`nothing was tested: no session was exposed to kill ${target}`],
      });
    }
  });

  test("when one definitive answer among twenty is all that is known of a session", async () => {
    const told = predictedCrash().checksIn("ada", "me").checksIn("cyd", "me");
    told.reads("bob", "me", { connection: "fresh" }).reads("bob", "none", { connection: "fresh", times: 19 });
    expect(await verdictOn(told.ends())).toEqual({
      verdict: "inconclusive",
      reasons: [
        "cookie.memory inconclusive: 1 of 3 sessions could not be judged: of 20 final reads 1 was answered definitely, and it takes 3, e.g. for bob",
      ],
    });
  });

  test("when no untouched session is there beside the lost ones", async () => {
    const told = story().comesIn("bob", "app2").predicts("bob", "lost");
    expect(await verdictOn(crashAndRepair(told).checksIn("bob", "anonymous").ends())).toEqual({
      verdict: "inconclusive",
      reasons: [
        "cookie.memory inconclusive: there is no untouched session, or not all of these survived, so the losses cannot be laid to the fault",
      ],
    });
  });

  test("never for want of untouched sessions when nobody was harmed", async () => {
    const told = story({ architectures: ["cookie.jwt"] }).comesIn("bob", "app2", { architecture: "cookie.jwt" });
    crashAndRepair(told.predicts("bob", "survived")).checksIn("bob", "me");
    expect(await verdictOn(told.ends())).toEqual({ verdict: "confirmed", reasons: [] });
  });

  test("when no write was acknowledged, because nothing could have been lost", async () => {
    const told = story();
    for (const [user, server] of [
      ["ada", "app1"],
      ["bob", "app2"],
      ["cyd", "app3"],
    ] as const)
      told.enters(user).logsIn(user, server).reads(user, "me", { times: 3 }).reads(user, "me", { connection: "fresh" });
    expect(await verdictOn(checkInAsPredicted(crashAndRepair(predictCrash(told))).ends())).toEqual({
      verdict: "inconclusive",
      reasons: ["cookie.memory inconclusive: no write was acknowledged, so nothing could have been lost"],
    });
  });

  test("when the fault was not confirmed", async () => {
    const told = predictCrash(threeUsers()).fault("kill", "app2", "injecting").fault("kill", "app2", "unconfirmed");
    const result = await verdictOn(checkInAsPredicted(told.heals("kill", "app2").settles()).ends());
    expect(result).toEqual({
      verdict: "inconclusive",
      reasons: [
        "fault not confirmed: kill app2",
        "cookie.memory inconclusive: 3 of 3 sessions could not be judged: the fault was not confirmed (kill app2)",
      ],
    });
  });

  const condition = {
    type: "fault",
    kind: "stop",
    target: "app2",
    effect: { process: "ends" },
    condition: true,
  } as const;

  test.each([
    ["unconfirmed", []],
    ["failed", []],
    ["confirmed", [{ source: "engine", shows: true, says: "app2 is not running" }]],
  ] as const)("when a condition of it was %s by no two signs", async (state, evidence) => {
    const told = threeUsers().event({ ...condition, at: 1, state: "injecting" });
    told.event({ ...condition, at: 2, state, evidence: [...evidence] });
    const result = await verdictOn(checkInAsPredicted(crashAndRepair(predictCrash(told))).ends());
    expect(result).toEqual({
      verdict: "inconclusive",
      reasons: [
        "condition not confirmed: stop app2",
        "cookie.memory inconclusive: 3 of 3 sessions could not be judged: the experiment began without its condition (stop app2)",
      ],
    });
  });

  test("not when a condition of it was confirmed, whatever became of its repair", async () => {
    const told = threeUsers();
    const evidence = (["engine", "felt"] as const).map((source) => ({ source, shows: true, says: "it is away" }));
    told.event({ ...condition, at: 1, state: "confirmed", evidence }).event({ ...condition, at: 2, state: "failed" });
    const result = await verdictOn(checkInAsPredicted(crashAndRepair(predictCrash(told))).ends());
    expect(result).toEqual({ verdict: "confirmed", reasons: [] });
  });

  test("when the lab did not settle after the repair", async () => {
    const told = predictCrash(threeUsers()).injects("kill", "app2").heals("kill", "app2").isReborn("app2");
    told.settles({ ok: false, says: "cookie sends nobody to app2" });
    expect(await verdictOn(checkInAsPredicted(told).ends())).toEqual({
      verdict: "inconclusive",
      reasons: ["the lab did not settle after the repair: cookie sends nobody to app2"],
    });
  });

  test("when the lab did not settle, and nobody answers any more: no architecture is refuted by that", async () => {
    const told = predictCrash(threeUsers()).injects("kill", "app2");
    told.settles({ ok: false, says: "asking app1: connection refused" });
    for (const user of ["ada", "bob", "cyd"]) told.checksIn(user, "none");
    expect(await verdictOn(told.ends())).toEqual({
      verdict: "inconclusive",
      reasons: [
        "fault not healed: kill app2",
        "the lab did not settle after the repair: asking app1: connection refused",
        expect.stringContaining("3 of 3 sessions could not be judged: the lab had not settled"),
      ],
    });
  });

  test("when nobody waited for the lab to settle", async () => {
    const told = predictCrash(threeUsers())
      .injects("kill", "app2")
      .heals("kill", "app2")
      .isReborn("app2")
      .phase("final");
    expect(await verdictOn(checkInAsPredicted(told).ends())).toEqual({
      verdict: "inconclusive",
      reasons: ["nobody waited for the lab to settle after the repair"],
    });
  });

  test("when the fault was never healed", async () => {
    const told = predictCrash(threeUsers()).injects("kill", "app2").isReborn("app2").settles();
    expect(await verdictOn(checkInAsPredicted(told).ends())).toEqual({
      verdict: "inconclusive",
      reasons: ["fault not healed: kill app2"],
    });
  });

  test("when the history has no end", async () => {
    expect(await verdictOn(checkInAsPredicted(predictedCrash()))).toEqual({
      verdict: "inconclusive",
      reasons: ["the history has no end: the run was killed, or the file is cut off"],
    });
  });

  test("when the run was cut short", async () => {
    const told = predictCrash(threeUsers()).injects("kill", "app2").heals("kill", "app2");
    expect(await verdictOn(told.ends({ complete: false, reason: "Ctrl-C" }))).toEqual({
      verdict: "inconclusive",
      reasons: [
        "the run was cut short: Ctrl-C",
        "cookie.memory inconclusive: 3 of 3 sessions could not be judged: the run ended before the final reads",
      ],
    });
  });

  test("when nginx raised an alarm", async () => {
    const told = checkInAsPredicted(predictedCrash());
    told.event({ type: "alert", at: 9_000, service: "nginx", line: "[alert] worker process 7 exited on signal 11" });
    expect(await verdictOn(told.ends())).toEqual({
      verdict: "inconclusive",
      reasons: ["nginx raised an alarm: [alert] worker process 7 exited on signal 11"],
    });
  });

  test("when there is no expectation", async () => {
    const told = crashAndRepair(threeUsers().predicts("ada", "survived").predicts("cyd", "survived"));
    expect(await verdictOn(checkInAsPredicted(told).ends())).toEqual({
      verdict: "inconclusive",
      reasons: ["cookie.memory inconclusive: for 1 of 3 sessions no expectation was written down before the fault"],
    });
  });

  test("when the expectation names no fate that the judge knows", async () => {
    const told = checkInAsPredicted(crashAndRepair(predictCrash(threeUsers(), "vanished"))).ends();
    expect((await verdictOn(told)).verdict).toBe("inconclusive");
  });

  test("when the store was down at baseline", async () => {
    const told = story();
    for (const [user, server] of [
      ["ada", "app1"],
      ["bob", "app2"],
      ["cyd", "app3"],
    ] as const) {
      told.enters(user).logsIn(user, server, { outcome: "unknown", answer: "store-unreachable" });
      told.reads(user, "store-unreachable", { times: 3, reason: "503 store-unreachable: redis does not answer" });
    }
    expect(await verdictOn(checkInAsPredicted(crashAndRepair(predictCrash(told))).ends())).toEqual({
      verdict: "inconclusive",
      reasons: [
        "cookie.memory inconclusive: 3 of 3 sessions could not be judged: 3 had no sound baseline (503 store-unreachable: redis does not answer)",
      ],
    });
  });

  test("when nobody took part in one of its architectures", async () => {
    const told = story({ architectures: ["cookie.memory", "cookie.redis"] })
      .comesIn("ada", "app1")
      .comesIn("bob", "app2")
      .comesIn("cyd", "app3");
    expect(await verdictOn(checkInAsPredicted(crashAndRepair(predictCrash(told))).ends())).toEqual({
      verdict: "inconclusive",
      reasons: ["cookie.redis inconclusive: no user took part"],
    });
  });

  test("when the final reads cannot tell a lost session from an orphaned one", async () => {
    const told = predictedCrash().checksIn("ada", "me").checksIn("cyd", "me");
    told.checksIn("bob", "anonymous", { pinned: "none", home: "none" });
    expect((await verdictOn(told.ends())).reasons).toEqual([
      "cookie.memory inconclusive: 1 of 3 sessions could not be judged: the session's own cookies got no definitive answer, so lost and orphaned cannot be told apart",
    ]);
  });
});

describe("the outage", () => {
  test("is the longest wait from a first, failed request to the answer, and the requests that failed in it", async () => {
    const told = predictCrash(threeUsers()).injects("kill", "app2").reads("ada", "me");
    told.waits(300).reads("ada", "none").waits(200).reads("ada", "me").heals("kill", "app2").isReborn("app2").settles();
    const { outage } = await architectureIn(checkInAsPredicted(told).ends());
    expect(outage).toEqual({ failedRequests: 1, timesAnonymous: 3, longestGapMs: 214, stillWaiting: 0 });
  });

  test("does not count being anonymous after a logout", async () => {
    const told = crashAndRepair(predictCrash(threeUsers().logsOut("bob"), "survived"));
    const { outage } = await architectureIn(checkInAsPredicted(told).ends());
    expect(outage).toEqual({ failedRequests: 0, timesAnonymous: 0, longestGapMs: 4, stillWaiting: 0 });
  });

  test("of a flickering session is no gap: it was asked at the wrong server", async () => {
    const told = predictCrash(threeUsers().reads("bob", "anonymous", { server: "app1" }), "unstable").injects(
      "kill",
      "app2",
    );
    told.reads("bob", "anonymous", { server: "app1" }).waits(900).reads("bob", "me").heals("kill", "app2").settles();
    const { outage } = await architectureIn(
      told.checksIn("ada", "me").checksIn("bob", "me").checksIn("cyd", "me").ends(),
    );
    expect(outage).toEqual({ failedRequests: 0, timesAnonymous: 1, longestGapMs: 4, stillWaiting: 0 });
  });

  /** Redis is away for five seconds. */
  const redisIsAway = () => {
    const told = threeUsers("cookie.redis").injects("kill", "redis").reads("ada", "store-unreachable", { status: 503 });
    return told.waits(5_000).reads("ada", "none");
  };

  test("ends with any definitive answer, for who is logged out is no longer kept waiting", async () => {
    const told = redisIsAway().heals("kill", "redis").settles();
    const { outage } = await architectureIn(told.checksIn("ada", "anonymous").ends(), "cookie.redis");
    expect(outage).toEqual({ failedRequests: 2, timesAnonymous: 3, longestGapMs: 5_064, stillWaiting: 0 });
  });

  test("that does not end counts until the last answer of the run, and is said to be open", async () => {
    const told = redisIsAway().heals("kill", "redis").settles().checksIn("ada", "none").waits(60_000);
    const { outage } = await architectureIn(told.ends(), "cookie.redis");
    expect(outage).toEqual({ failedRequests: 5, timesAnonymous: 0, longestGapMs: 5_104, stillWaiting: 1 });
  });

  test("of a user who was never answered is no outage of 0 ms", async () => {
    const told = threeUsers("cookie.redis").injects("kill", "redis").waits(2_000).reads("ada", "none").waits(3_000);
    const { outage } = await architectureIn(told.reads("bob", "me").ends(), "cookie.redis");
    expect(outage).toEqual({ failedRequests: 1, timesAnonymous: 0, longestGapMs: 3_014, stillWaiting: 1 });
  });
});

test("what was left on the machine is in the result, and no matter for the verdict", async () => {
  const told = checkInAsPredicted(predictedCrash());
  told.event({ type: "leftover", at: 9_000, kind: "network", name: "lab_default" });
  expect(await resultOf(told.ends())).toMatchObject({
    verdict: "confirmed",
    leftovers: [{ kind: "network", name: "lab_default" }],
  });
});

/** As predicted, but ada is lost, too. */
function checkInAsHarmed(told: Story): Story {
  return told.checksIn("ada", "anonymous").checksIn("bob", "anonymous").checksIn("cyd", "me");
}
