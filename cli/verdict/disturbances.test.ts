import { describe, expect, test } from "vitest";
import type { Story } from "./golden/history-builder.ts";
import { story } from "./golden/history-builder.ts";
import { crashAndRepair, fateIn, predictCrash, resultOf, threeUsers } from "./golden/judging.ts";

/** ada lives on app1, bob on app2, cyd on app3; theory says that nothing becomes of them. */
function calm(architecture?: string): Story {
  const told = threeUsers(architecture);
  for (const user of ["ada", "bob", "cyd"]) told.predicts(user, "survived");
  return told;
}

/** What an engine says of a container that somebody restarted. */
function restarted(service: string, happenedAt = 4_200) {
  return { type: "disturbance", at: 5_000, service, happenedAt, says: "was restarted by somebody else" } as const;
}

describe("an app server that became another process though nothing on record did that", () => {
  test("takes its sessions out of the judgement, and leaves the others in", async () => {
    const told = calm().isReborn("app1").phase("final");
    told.checksIn("ada", "anonymous").checksIn("bob", "me").checksIn("cyd", "me").ends();
    const { verdict, reasons, architectures } = await resultOf(told);
    expect(architectures[0]?.fates).toEqual({ "not-judged": 1, survived: 2 });
    expect({ verdict, reasons }).toEqual({
      verdict: "inconclusive",
      reasons: [
        "app1 was restarted by somebody else at 0.2 s",
        "cookie.memory inconclusive: 1 of 3 sessions could not be judged: app1 was restarted by somebody else at 0.2 s",
      ],
    });
  });

  test("is seen in an answer to anybody, a canary's included", async () => {
    const told = calm().isReborn("app1").enters("pip", { role: "canary" }).logsIn("pip", "app1").phase("final");
    told.checksIn("ada", "anonymous").checksIn("bob", "me").checksIn("cyd", "me").ends();
    expect(fateIn(told, "ada")).toBe("not-judged");
  });

  test("is nobody else's doing where a fault on record was aimed at it", async () => {
    const told = crashAndRepair(predictCrash(threeUsers()).isReborn("app2"));
    told.checksIn("ada", "me").checksIn("bob", "anonymous").checksIn("cyd", "me").ends();
    expect(fateIn(told, "bob")).toBe("lost");
    expect((await resultOf(told)).reasons).toEqual([]);
  });

  test("is nobody else's doing where servers were taken away before the experiment", async () => {
    const told = calm().takesAway("app1").isReborn("app1");
    told.phase("final").checksIn("ada", "me").checksIn("bob", "me").checksIn("cyd", "me").ends();
    expect((await resultOf(told)).reasons).toEqual([]);
  });

  test("does not touch sessions that live elsewhere", () => {
    const told = calm("cookie.redis").isReborn("app1").phase("final").checksIn("ada", "me").ends();
    expect(fateIn(told, "ada")).toBe("survived");
  });
});

describe("what the engine says of a service that somebody else touched", () => {
  const finishing = (told: Story) =>
    told.phase("final").checksIn("ada", "anonymous").checksIn("bob", "me").checksIn("cyd", "me").ends();

  test("names the service and the time", async () => {
    const { reasons } = await resultOf(finishing(calm().event(restarted("app1"))));
    expect(reasons[0]).toBe("app1 was restarted by somebody else at 4.2 s");
  });

  test("counts for all sessions that its store held", async () => {
    const told = finishing(calm("cookie.redis").event(restarted("redis")));
    expect((await resultOf(told)).architectures[0]?.fates).toEqual({ "not-judged": 3 });
  });

  test("counts for a part of a store only where that part held the session", () => {
    const told = threeUsers("cookie.redis-cluster");
    told
      .predicts("ada", "survived", "", { keptOn: "redis-c1" })
      .predicts("bob", "survived", "", { keptOn: "redis-c2" });
    told.event(restarted("redis-c1")).phase("final").checksIn("ada", "anonymous").checksIn("bob", "me").ends();
    expect([fateIn(told, "ada"), fateIn(told, "bob")]).toEqual(["not-judged", "survived"]);
  });

  test("does not count for who logged in afterwards", () => {
    const told = story().event(restarted("app1", 0)).comesIn("ada", "app1").predicts("ada", "survived");
    expect(fateIn(told.phase("final").checksIn("ada", "anonymous").ends(), "ada")).toBe("lost");
  });

  test("never hides that somebody was shown another user's session", async () => {
    const told = calm().event(restarted("app1")).phase("final").reads("ada", "someone-else").ends();
    expect(fateIn(told, "ada")).toBe("crossed");
    expect((await resultOf(told)).verdict).toBe("refuted");
  });

  test("leaves a mismatch elsewhere what it is", async () => {
    const told = calm().event(restarted("app1")).phase("final");
    told.checksIn("ada", "me").checksIn("bob", "anonymous").checksIn("cyd", "me").ends();
    expect((await resultOf(told)).verdict).toBe("refuted");
  });

  test("makes a measure that missed its bound a doubt, not a refutation", async () => {
    const missed = {
      type: "measure",
      at: 1,
      architecture: "cookie.redis",
      name: "refused",
      value: 9,
      unit: "requests",
    };
    const told = calm("cookie.redis").event({ ...missed, atMost: 0, because: "nothing is broken" } as never);
    const disturbed = calm("cookie.redis").event({ ...missed, atMost: 0, because: "nothing is broken" } as never);
    for (const one of [told, disturbed.event(restarted("redis-aof"))])
      one.phase("final").checksIn("ada", "me").checksIn("bob", "me").checksIn("cyd", "me").ends();
    expect((await resultOf(told)).verdict).toBe("refuted");
    expect((await resultOf(disturbed)).verdict).toBe("inconclusive");
  });
});

describe("a store's server that is another process after the repair", () => {
  const storesSeen = (told: Story) => {
    told.storeSeen("before-fault", "redis", { runId: "before" });
    for (const user of ["ada", "bob", "cyd"]) told.predicts(user, "survived");
    return told;
  };

  test("was restarted by somebody else where no fault on record was aimed at it", () => {
    const told = storesSeen(threeUsers("cookie.redis")).injects("kill", "app2").heals("kill", "app2");
    told.storeSeen("settled", "redis", { runId: "after" }).settles().checksIn("ada", "anonymous").ends();
    expect(fateIn(told, "ada")).toBe("not-judged");
  });

  test("is the fault's doing where one was", () => {
    const told = storesSeen(threeUsers("cookie.redis")).injects("kill", "redis").heals("kill", "redis");
    told.storeSeen("settled", "redis", { runId: "after" }).settles().checksIn("ada", "anonymous").ends();
    expect(fateIn(told, "ada")).toBe("lost");
  });
});
